/* store_ci_kit: a store that collects, and the runs and jobs of the batch that it is given next. */
#ifndef STORE_CI_KIT_H
#define STORE_CI_KIT_H

#include "store_kit.h"

extern struct batch batch;

void store_ci_start(void); /* for .init; .fini is kit_done */
/* Of acme/web, begun an hour ago; end_ms 0: it runs. */
struct run *add_run(const char *id, int64_t attempt, enum dx_result result, int64_t end_ms);
/* Of that run of the batch; without a result it waits. */
struct job *add_job(size_t run, const char *id, const char *name, enum dx_result result);
void expect_text(const char *have, const char *want);

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define RUNS(now)                                                                                  \
    ROWS(kit.store, DX_QUERY_RUNS, NULL, now, DX_FIELD_RUN_ID, DX_FIELD_ATTEMPT, DX_FIELD_PHASE,   \
         DX_FIELD_RESULT, DX_FIELD_CAUSE, DX_FIELD_N)
#define JOBS(now, k)                                                                               \
    ROWS(kit.store, DX_QUERY_JOBS, DX_FILTER(.key = k), now, DX_FIELD_NAME, DX_FIELD_PHASE,        \
         DX_FIELD_RESULT, DX_FIELD_CAUSE, DX_FIELD_POOL, DX_FIELD_QUEUED, DX_FIELD_URL)

#endif
