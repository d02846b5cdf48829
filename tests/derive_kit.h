/* derive_kit: a store whose commits are derived from, as the collector has it. */
#ifndef DERIVE_KIT_H
#define DERIVE_KIT_H

#include "config/config.h"
#include "derive/derive.h"
#include "store_kit.h"

extern struct deriver *deriver;

void derive_begin(enum success_policy policy); /* of what kit_collect() opened */
void derive_again(enum success_policy policy); /* the collector starts anew */
void derive_start(void);                       /* in a directory of its own */
void derive_stop(void);
/* The same for key numbers, after kit_init(), with this configuration and one source of these
 * kinds. */
void derive_kpi_start(const char *yaml, uint32_t yields);
void derive_kpi_stop(void);
extern struct config derive_config; /* what it says */
/* The same with a calendar, which 2026-09-18 is a holiday of, and a source of all that key numbers
 * are made of; yaml: more of the configuration. */
void derive_kpi_collect(const char *yaml);
void derive_kpi_again(const char *yaml); /* the collector starts anew with another one */
/* "value|n|before|n before|state|text" */
const char *derive_kpi(const char *id, int64_t now_ms);

struct made { /* a run with one job */
    int pipeline, pool;
    int64_t attempt, id, started_ms, finished_ms, queued_ms;
    enum dx_result result;
    enum dx_cause cause;
    bool protected_branch;
};
void derive_add(struct batch *batch, const struct made *made);

/* What is derived of a pool, of a pipeline, at T0. */
#define POOL_ROW(p, w)                                                                             \
    ROWS(kit.store, DX_QUERY_POOLS, DX_FILTER(.name = p, .window_ms = w), T0, DX_FIELD_NAME,       \
         DX_FIELD_N, DX_FIELD_P50, DX_FIELD_P90, DX_FIELD_P95, DX_FIELD_P99)
#define PIPELINE_ROW(p, w)                                                                         \
    ROWS(kit.store, DX_QUERY_PIPELINES, DX_FILTER(.name = p, .window_ms = w), T0,                  \
         DX_FIELD_PROJECT, DX_FIELD_N, DX_FIELD_SUCCESS, DX_FIELD_FAILED, DX_FIELD_FIRST,          \
         DX_FIELD_FIRST_N, DX_FIELD_PLATFORM, DX_FIELD_PLATFORM_LOW, DX_FIELD_UNKNOWN,             \
         DX_FIELD_LEFT_OUT)

bool derive_slice(int64_t now_ms); /* is there more? */
void derive_slices(int64_t now_ms);
bool derive_is_dirty(void);
void derive_all(int64_t now_ms); /* in slices; nothing is left */
void derive_settle(int64_t now_ms);

#endif
