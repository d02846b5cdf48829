/* A batch is what one reply of one source brought: records, and the arena that
 * holds them and their text. A decoder fills it; a poll is committed whole or
 * dropped whole, so a reader never sees half of it. */
#ifndef MODEL_BATCH_H
#define MODEL_BATCH_H

#include <dxtop/record.h>

#include "core/mem.h"

struct series {         /* one line of a query: identity is (source, query, labels) */
    const char *query;  /* name in the configuration */
    const char *labels; /* {a="b", c="d"}, sorted by name, values escaped as in PromQL; "{}" */
    const char *text;   /* of a string result, else "" */
    enum dx_unit unit;
};

struct sample {
    size_t series; /* index in the batch */
    int64_t at_ms;
    double value; /* NaN and infinities as the server said them */
};

struct alert {
    const char *key; /* identity within the source: the fingerprint */
    const char *name, *labels, *summary, *url, *muted_by;
    enum dx_severity severity;
    enum dx_alert_state state;
    int64_t since_ms, ended_ms;
};

struct cursor { /* how far the back-fill of a name has come */
    const char *name;
    int64_t value;
};

struct note { /* a warning that the user should see: it goes to the log */
    enum dx_log_level level;
    const char *text;
};

struct batch {
    struct arena arena;
    struct series *series;
    size_t series_count, series_cap;
    size_t *series_index, index_cap; /* by hash: index + 1, 0 free */
    struct sample *samples;
    size_t sample_count, sample_cap;
    struct alert *alerts;
    size_t alert_count, alert_cap;
    /* The alerts are all there are: those of this source that are missing have
     * ended. */
    bool alerts_whole;
    struct cursor *cursors;
    size_t cursor_count, cursor_cap;
    struct note *notes;
    size_t note_count, note_cap;
    const char *version;      /* of the server, "" or NULL: not said */
    int64_t done, total;      /* back-fill progress; total 0: nothing to say */
    size_t repaired, unknown; /* bytes mended in the reply, enum values not known */
};

void batch_done(struct batch *batch); /* frees; { 0 } again */

/* New records, every text "", every time 0. Owned by the batch; the pointer
 * (for series: the index) is good until the next call. */
size_t batch_series(struct batch *batch, struct series series); /* finds or adds */
void batch_sample(struct batch *batch, size_t series, int64_t at_ms, double value);
struct alert *batch_alert(struct batch *batch);
void batch_cursor(struct batch *batch, const char *name, int64_t value);
void batch_note(struct batch *batch, enum dx_log_level level, const char *fmt, ...) DX_PRINTF(3, 4);

/* The one door for foreign text: a clean copy of at most 2,000 bytes, owned by
 * the batch. */
const char *batch_text(struct batch *batch, const char *foreign, size_t len);

#endif
