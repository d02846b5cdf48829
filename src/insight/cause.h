/* cause: who has to act on a failure, by what the job said. Structured signals of
 * the source go first and stay; then messages (annotations, issues), names of failed
 * steps, and the tail of the log are matched against the catalogue, line by line.
 *
 * Before a line is matched it loses its time ("2026-11-24T08:43:00.1234567Z ", also
 * in brackets, with GitLab's stream mark), escape sequences, GitLab's section marks
 * and what a carriage return overwrote; "##[error]" too, but rules that ask for it
 * still see it. Lines count in their first 2,000 bytes.
 *
 * Score = weight x (1/2 + position/2), position 0 to 1 from the first line to the
 * last: of equal weights the later one wins, and on one line the rule of the higher
 * number, which says more (a registry that answers 503, not any server). A hit of class P is worth
 * no more than one of class A where
 *   - it is of the network, dns, a registry, mirror, artifact or secret, and its line
 *     names the job itself as the peer (localhost, 127., [::1], a service container)
 *     or reads as an assertion (assert, expected, got, --- FAIL): tests of error
 *     handling print just these;
 *   - a summary of a test or compiler comes after it;
 *   - the job went on for more than 60 s after it, by the times of its lines.
 * Class A gives DX_CAUSE_UNKNOWN, with `ambiguous`; U gives nothing; no hit gives
 * DX_CAUSE_UNKNOWN: a classifier that guesses "platform" is wrong 19 times in 20. */
#ifndef INSIGHT_CAUSE_H
#define INSIGHT_CAUSE_H

#include "core/mem.h"
#include "insight/catalogue.h"
#include "model/batch.h"

enum { CAUSE_TOP = 3, CAUSE_EVIDENCE = 256 };

struct cause_hit {
    int rule;             /* its id */
    const char *category; /* the catalogue's */
    char class;           /* 'P' 'C' 'A' 'U', after what was said above */
    double score;
    size_t line;      /* from 1 */
    const char *text; /* stripped; points into what was handed in */
    size_t len;
};

struct verdict {
    enum dx_cause cause;
    bool ambiguous;       /* class A: see incident.h */
    const char *category; /* of the hit that decided; "": none did */
    /* One line, "CATEGORY: TEXT (rule N)", "CATEGORY?: ..." where it is ambiguous: "runner: The
     * self-hosted runner lost communication with the server. (rule 2)"; "" with category "". */
    char evidence[CAUSE_EVIDENCE];
    struct cause_hit top[CAUSE_TOP]; /* of different rules, best first, U last */
    size_t count;
    size_t given_up; /* rules that were too costly on these lines, and were left out */
};

/* False: no hit that says anything; *out is filled in any case. */
bool cause_of_lines(const struct catalogue *catalogue, const char *const *lines, size_t count,
                    struct verdict *out);
/* The same for lines between line feeds, such as a log's tail. */
bool cause_of_text(const struct catalogue *catalogue, const char *text, size_t len,
                   struct verdict *out);

/* Fills cause and evidence of a job from its messages, then the names of its failed
 * steps. A cause that the source gave to a failed or cancelled job stays; a failure
 * that nothing explains is DX_CAUSE_UNKNOWN; what did not fail has DX_CAUSE_NONE. */
void cause_of_job(const struct catalogue *catalogue, struct job *job, struct arena *arena);

#endif
