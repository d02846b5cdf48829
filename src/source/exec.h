/* exec: what the files about command sources share. */
#ifndef SOURCE_EXEC_H
#define SOURCE_EXEC_H

#include "source/source.h"

/* The fields of one line. What is absent or null is "", 0, -1; what cannot be what it
 * should be fails the line. */
struct exec_line {
    json_t *object;
    struct batch *batch;
    struct dx_error error; /* DX_FAULT_NONE: all is well so far */
    const char *seen[48];  /* names that were asked for */
    size_t seen_count;
};

void exec_know(struct exec_line *line, const char *name); /* the field is read elsewhere */
const char *exec_text(struct exec_line *line, const char *name);
const char *exec_needed(struct exec_line *line, const char *name); /* may not be "" */
const char *exec_url(struct exec_line *line, const char *name);    /* http or https, else "" */
int64_t exec_time(struct exec_line *line, const char *name);       /* RFC 3339 or Unix s -> ms */
int64_t exec_span(struct exec_line *line, const char *name);       /* s -> ms; -1 */
int64_t exec_count(struct exec_line *line, const char *name, int64_t absent);
bool exec_flag(struct exec_line *line, const char *name, bool absent);
/* The index of a word of the list (an entry may be NULL). Absent: absent; one that is not
 * there: other, and counted. */
struct exec_words {
    const char *const *word;
    size_t count;
    int absent, other;
};
int exec_word(struct exec_line *line, const char *name, const struct exec_words *words);
/* The first field that nobody asked for; NULL: none. *count: how many there are. */
const char *exec_unseen(const struct exec_line *line, size_t *count);

/* ---- exec_record.c: a line as a record ---- */

/* The runs of a batch by identity. */
struct exec_runs {
    size_t *slots; /* index + 1, 0 free */
    size_t cap;
    bool *made; /* by index: of a job whose run was not printed */
};

struct exec_poll {
    const struct plan *plan;
    struct batch *batch;
    int64_t now_ms;
    struct exec_runs runs;
    bool alerts_missing; /* there are some of which it is not known how they are */
};

/* false: line->error says why it is no record. */
bool exec_record(struct exec_poll *poll, struct exec_line *line);
/* All lines are there: runs that were made of their jobs end as those did. */
void exec_complete(struct exec_poll *poll, bool whole);
void exec_done(struct exec_poll *poll);

/* exec_ticket.c: puts a ticket into the line's batch, or fails the line. */
void exec_ticket(struct exec_line *line);

/* exec_change.c: the same of a pull or merge request. */
void exec_change(struct exec_line *line);

#endif
