/* Whatever is in a store: the numbers as of a past moment, which a viewer makes itself of the
 * records, are made, or it is said why not, and they can be read. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "derive/kpi_settings.h"
#include "derive/past.h"
#include "fuzz_store.h"
#include "store/past.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 20, SLICES_MOST = 1000 };

static struct kpi_setup setup;

/* Business hours, so that their spans are counted, too. */
static void prepare(void)
{
    static const struct config_kinds none = { .find = NULL };
    static struct config config;
    struct dx_error err = { 0 };
    struct buf complaints;

    buf_init(&complaints, 1024);
    if (!config_load(&config, "fuzz", "calendar: {zone: UTC, hours: {mon-fri: 09:00-17:00}}\n",
                     &none, &none, &complaints))
        abort();
    buf_done(&complaints);
    kpi_setup(&setup, &config, &err);
}

static void read_all(struct store *store, int64_t at_ms)
{
    static const enum dx_query queries[] = { DX_QUERY_POOLS,         DX_QUERY_POOL_HOURS,
                                             DX_QUERY_PIPELINES,     DX_QUERY_PIPELINE_DAYS,
                                             DX_QUERY_TOTALS,        DX_QUERY_FLAKY,
                                             DX_QUERY_TICKET_GROUPS, DX_QUERY_TICKET_DAYS,
                                             DX_QUERY_KPIS,          DX_QUERY_KPI_POINTS };
    struct reader reader = store_reader(store);

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        void *rows = reader.open(reader.self, queries[i],
                                 DX_FILTER(.limit = LIMIT, .window_ms = DAY_MS), at_ms);

        while (reader.ops->next(rows))
            for (int f = 0; f < DX_FIELD_COUNT; f++)
                if (reader.ops->has(rows, (enum dx_field)f))
                    (void)reader.ops->number(rows, (enum dx_field)f);
        reader.ops->close(rows);
    }
}

static void look(struct store *store, struct fuzz_input *in)
{
    int64_t at_ms = past_minute(FUZZ_STORE_NOW - (int64_t)fuzz_byte(in) * 10 * MINUTE_MS);
    struct dx_error err = { 0 };
    struct past *past;

    fuzz_store_spoil(store, in);
    past = past_new(store, &setup.settings, at_ms);
    for (int i = 0; !past_is_done(past); i++) {
        if (i == SLICES_MOST)
            abort();
        if (past_slice(past, INT64_MAX, &err))
            continue;
        if (err.fault == DX_FAULT_NONE || !*err.text)
            abort();
        break;
    }
    past_free(past);
    read_all(store, at_ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };
    static bool prepared;

    if (!prepared)
        prepare();
    prepared = true;
    store_past_end(fuzz_store_try(look, &in));
    return 0;
}
