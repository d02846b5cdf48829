/* store_kit: what the tests of the store share: a store in a fresh directory,
 * polls made in a line, and rows as text. */
#ifndef STORE_KIT_H
#define STORE_KIT_H

#include <criterion/criterion.h>

#include "store/store.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
static const int64_t T0 = 1790000000000; /* a multiple of 10 s */

struct kit {
    char dir[64], path[96];
    struct store *store; /* the collector's, with the lock, after kit_collect() */
    int64_t id[3];       /* of its sources: "prom" (15 s), "am" (30 s), "slow" (10 min) */
    int64_t history_ms;  /* that they ask for; 0: they do not say */
    bool ids_are_unique; /* see struct poll */
    bool tries_are_counted;
};
extern struct kit kit;

void kit_init(void); /* makes the directory */
void kit_done(void); /* closes the store, removes the directory */
void kit_collect(void);
void kit_name_sources(void);

/* Commit a poll of a source that went well, or not (error text). */
void kit_poll(int source, int64_t now_ms, struct batch *batch); /* empties the batch */
void kit_fill(int source, int64_t now_ms, struct batch *batch); /* the same of history */
void kit_fail(int source, int64_t now_ms, enum dx_source_state state, const char *text);
void kit_sample(struct batch *batch, const char *query, const char *labels, int64_t at_ms,
                double value);
void kit_alert(struct batch *batch, const char *key, enum dx_alert_state state, int64_t since_ms);

/* The rows as text: a line each, fields (ends at DX_FIELD_COUNT) with "|"
 * between them, "-" where unset. In a read transaction of its own. */
const char *kit_rows(struct store *store, enum dx_query query, const struct dx_filter *filter,
                     int64_t now_ms, const enum dx_field *fields);
#define ROWS(store, query, filter, now, ...)                                                       \
    kit_rows(store, query, filter, now, (const enum dx_field[]){ __VA_ARGS__, DX_FIELD_COUNT })

int64_t kit_count(struct store *store, enum dx_query query, int64_t now_ms);
/* What is known of a run, at a moment when none is put off. */
#define KIT_RUN(source_id, project_name, run, nth, updated_ms)                                     \
    store_run(kit.store,                                                                           \
              &(struct run_key){                                                                   \
                  .source = source_id, .project = project_name, .id = run, .attempt = nth },       \
              updated_ms, 0)
/* Wish it, and grant it as the collector does; false: *err, also where it was refused. */
bool kit_grant(const char *what, const char *arg, int64_t now_ms, struct dx_error *err);
/* The oldest wish, granted: "what|arg"; "": there is none. */
const char *kit_wished(void);

int64_t kit_boot_ms(void);
bool kit_exists(const char *suffix); /* of the store's path */
void kit_overwrite(const char *suffix, long offset, const void *bytes, size_t len);

#endif
