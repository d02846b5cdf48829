/* cause: lines against the catalogue, and what the hits are worth. */
#include "config.h"

#include "insight/cause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "insight/rules.h"

enum {
    COSTLY_MAX = 3,         /* lines on which a rule may reach its limit before it is given up */
    GOES_ON_MS = 60 * 1000, /* a job that went on for longer did not fail by the line */
    WEIGHT_DEMOTED = 2,     /* as of class A */
    EVIDENCE_TEXT = 200,    /* bytes of the line */
};

/* The last line that a rule hit with a class. */
struct hit {
    char class; /* 0: none */
    size_t line;
    const char *text; /* as handed in */
    size_t len;
    int64_t at_ms;
};

/* What a rule has found so far: its last hit of class P or C, and its last other. */
struct tally {
    struct hit sure, other;
    int costly;
};

struct scan {
    const struct catalogue *catalogue;
    struct tally *tally; /* by rule */
    size_t lines;
    size_t last_summary; /* line of a test's or a compiler's */
    const char *timed;   /* the last line with a time; NULL: none has */
    size_t timed_len;
};

/* ---- one line ---- */

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

/* Does the line say that a test of error handling printed it? */
static bool is_own(const struct catalogue *c, const struct rule *rule, const struct stripped *line)
{
    static const char *const peers[] = { "network",  "dns",     "registry", "mirror",
                                         "artifact", "secrets", NULL };
    static const char *const hosts[] = { "network", "dns", NULL };

    if (!is_one_of(rule->category, peers))
        return false;
    return match_text(c, c->own_peer, line->text, line->len) == MATCH_FOUND ||
           match_text(c, c->assertion, line->text, line->len) == MATCH_FOUND ||
           (is_one_of(rule->category, hosts) &&
            match_text(c, c->own_container, line->text, line->len) == MATCH_FOUND);
}

static char class_of(const struct catalogue *c, const struct rule *rule,
                     const struct stripped *line)
{
    char class = rule->class;

    if (rule->turn && match_line(c, rule->turn, line) == MATCH_FOUND)
        class = rule->turn_class;
    if (class == 'P' && is_own(c, rule, line))
        return 'A';
    return class;
}

static bool is_summary(const struct rule *rule, char class)
{
    static const char *const of[] = { "test", "compile", NULL };

    return class == 'C' && is_one_of(rule->category, of);
}

static void scan_line(struct scan *scan, const char *text, size_t len)
{
    const struct catalogue *c = scan->catalogue;
    char room[STRIP_MAX];
    struct stripped line = strip_line(room, text, len, false);

    scan->lines++;
    if (line.has_time) {
        scan->timed = text;
        scan->timed_len = len;
    }
    if (line.len == 0)
        return;
    for (size_t i = 0; i < c->count; i++) {
        const struct rule *rule = &c->rules[i];
        struct tally *tally = &scan->tally[i];
        enum match found;
        char class;

        if (rule->class == '-' || tally->costly >= COSTLY_MAX)
            continue;
        found = match_line(c, rule->code, &line);
        tally->costly += found == MATCH_COSTLY;
        if (found != MATCH_FOUND)
            continue;
        class = class_of(c, rule, &line);
        if (is_summary(rule, class))
            scan->last_summary = scan->lines;
        *(class == 'P' || class == 'C' ? &tally->sure : &tally->other) =
            (struct hit){ class, scan->lines, text, len, 0 };
    }
}

/* ---- all lines ---- */

static int64_t time_of(const char *text, size_t len)
{
    char room[STRIP_MAX];

    return text ? strip_line(room, text, len, true).at_ms : 0;
}

/* A hit as it is reported, with what only the whole log could tell. */
static struct cause_hit judge(const struct scan *scan, const struct rule *rule,
                              const struct hit *hit, int64_t end_ms)
{
    struct cause_hit out = { .rule = rule->id,
                             .category = rule->category,
                             .class = hit->class,
                             .line = hit->line,
                             .text = hit->text,
                             .len = hit->len };
    double position = scan->lines > 1 ? (double)(hit->line - 1) / (double)(scan->lines - 1) : 1;
    int64_t at_ms = hit->class == 'P' && end_ms > 0 ? time_of(hit->text, hit->len) : 0;
    int weight = rule->weight;

    if (out.class == 'P' &&
        (scan->last_summary > hit->line || (at_ms > 0 && end_ms - at_ms > GOES_ON_MS)))
        out.class = 'A';
    if (out.class == 'A' && weight > WEIGHT_DEMOTED)
        weight = WEIGHT_DEMOTED;
    if (out.class == 'U')
        weight = 0;
    out.score = weight * (0.5 + position / 2);
    return out;
}

/* U says nothing, whatever its score. */
static bool is_better(const struct cause_hit *a, const struct cause_hit *b)
{
    if ((a->class == 'U') != (b->class == 'U'))
        return b->class == 'U';
    if (a->score < b->score || a->score > b->score)
        return a->score > b->score;
    return a->line != b->line ? a->line > b->line : a->rule > b->rule;
}

/* Keeps the best, one of each rule. */
static void offer(struct verdict *out, const struct cause_hit *hit)
{
    size_t at = 0;

    for (size_t i = 0; i < out->count; i++) {
        if (out->top[i].rule != hit->rule)
            continue;
        if (!is_better(hit, &out->top[i]))
            return;
        memmove(&out->top[i], &out->top[i + 1], (out->count - i - 1) * sizeof(*out->top));
        out->count--;
        break;
    }
    while (at < out->count && !is_better(hit, &out->top[at]))
        at++;
    if (at == CAUSE_TOP)
        return;
    if (out->count < CAUSE_TOP)
        out->count++;
    memmove(&out->top[at + 1], &out->top[at], (out->count - at - 1) * sizeof(*out->top));
    out->top[at] = *hit;
}

static enum dx_cause cause_by(const struct cause_hit *hit)
{
    static const struct {
        const char *category;
        enum dx_cause cause;
    } causes[] = {
        { "test", DX_CAUSE_TEST },       { "lint", DX_CAUSE_LINT },
        { "deps", DX_CAUSE_DEPENDENCY }, { "config", DX_CAUSE_CONFIG },
        { "secrets", DX_CAUSE_CONFIG },  { "user", DX_CAUSE_USER },
    };

    if (hit->class == 'P')
        return DX_CAUSE_PLATFORM;
    if (hit->class != 'C')
        return DX_CAUSE_UNKNOWN;
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
        if (strcmp(hit->category, causes[i].category) == 0)
            return causes[i].cause;
    return DX_CAUSE_CODE;
}

static void decide(struct verdict *out)
{
    const struct cause_hit *best = &out->top[0];
    char room[STRIP_MAX], clean[EVIDENCE_TEXT + 1];
    struct stripped line;

    if (out->count == 0 || best->class == 'U')
        return;
    line = strip_line(room, best->text, best->len, false);
    (void)text_clean(clean, sizeof(clean), line.text, line.len);
    out->cause = cause_by(best);
    out->ambiguous = best->class == 'A';
    out->category = best->category;
    (void)snprintf(out->evidence, sizeof(out->evidence), "%s%s: %s (rule %d)", best->category,
                   out->ambiguous ? "?" : "", clean, best->rule);
}

static void scan_begin(struct scan *scan, const struct catalogue *catalogue)
{
    *scan = (struct scan){ .catalogue = catalogue,
                           .tally = mem_new(catalogue->count + 1, sizeof(*scan->tally)) };
}

static bool scan_end(struct scan *scan, struct verdict *out)
{
    int64_t end_ms = time_of(scan->timed, scan->timed_len);

    *out = (struct verdict){ .cause = DX_CAUSE_UNKNOWN, .category = "" };
    for (size_t i = 0; i < scan->catalogue->count; i++) {
        const struct tally *tally = &scan->tally[i];
        const struct hit *const hits[] = { &tally->sure, &tally->other };

        out->given_up += tally->costly >= COSTLY_MAX;
        for (size_t h = 0; h < 2; h++) {
            if (hits[h]->class) {
                struct cause_hit hit = judge(scan, &scan->catalogue->rules[i], hits[h], end_ms);

                offer(out, &hit);
            }
        }
    }
    decide(out);
    free(scan->tally);
    return *out->category != '\0';
}

bool cause_of_lines(const struct catalogue *catalogue, const char *const *lines, size_t count,
                    struct verdict *out)
{
    struct scan scan;

    scan_begin(&scan, catalogue);
    for (size_t i = 0; i < count; i++)
        scan_line(&scan, lines[i], strlen(lines[i]));
    return scan_end(&scan, out);
}

bool cause_of_text(const struct catalogue *catalogue, const char *text, size_t len,
                   struct verdict *out)
{
    const char *end = text + len;
    struct scan scan;

    scan_begin(&scan, catalogue);
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));

        stop = stop ? stop : end;
        scan_line(&scan, text, (size_t)(stop - text));
        text = stop + 1;
    }
    return scan_end(&scan, out);
}

/* ---- jobs ---- */

static bool of_failed_steps(const struct catalogue *catalogue, const struct job *job,
                            struct verdict *out)
{
    const char **names = mem_new(job->step_count + 1, sizeof(*names));
    size_t count = 0;
    bool found;

    for (size_t i = 0; i < job->step_count; i++)
        if (job->steps[i].result == DX_RESULT_FAILURE)
            names[count++] = job->steps[i].name;
    found = cause_of_lines(catalogue, names, count, out);
    free(names);
    return found;
}

void cause_of_job(const struct catalogue *catalogue, struct job *job, struct arena *arena)
{
    struct outcome *outcome = &job->outcome;
    struct verdict said, steps;

    if (outcome->result != DX_RESULT_FAILURE) {
        if (outcome->result != DX_RESULT_CANCELLED)
            outcome->cause = DX_CAUSE_NONE;
        return;
    }
    if (outcome->cause != DX_CAUSE_NONE && outcome->cause != DX_CAUSE_UNKNOWN)
        return;
    outcome->cause = DX_CAUSE_UNKNOWN;
    if (!cause_of_lines(catalogue, job->messages, job->message_count, &said) || said.ambiguous) {
        if (of_failed_steps(catalogue, job, &steps) && (!*said.category || !steps.ambiguous))
            said = steps;
    }
    if (!*said.category)
        return;
    outcome->cause = said.cause;
    outcome->evidence = arena_text(arena, said.evidence);
}
