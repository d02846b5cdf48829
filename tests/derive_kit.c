#include "config.h"

#include "derive_kit.h"

#include <stdio.h>

#include "derive/kpi_settings.h"

enum { SLICES_MOST = 1000 };

struct deriver *deriver;
struct config derive_config;

static struct kpi_setup setup;

void derive_begin(enum success_policy policy)
{
    deriver = deriver_new(policy);
    store_on_derive(kit.store, deriver_commit, deriver);
}

void derive_start(void)
{
    kit_init();
    kit_collect();
    derive_begin(SUCCESS_EXCLUDE_CANCELLED);
}

void derive_stop(void)
{
    kit_done();
    deriver_free(deriver);
}

void derive_kpi_start(const char *yaml, uint32_t yields)
{
    const struct source_row row = { "all", "exec", "cmd:x", yields, 15 * SECOND };
    struct config_kinds none = { 0 };
    struct dx_error err = { 0 };
    struct buf complaints;

    buf_init(&complaints, 4096);
    cr_assert(config_load(&derive_config, "t.yaml", yaml, &none, &none, &complaints), "%s",
              complaints.bytes);
    buf_done(&complaints);
    kpi_setup(&setup, &derive_config, &err);
    cr_assert_eq(err.fault, DX_FAULT_NONE, "%s", err.text);
    kit_collect();
    derive_begin(SUCCESS_EXCLUDE_CANCELLED);
    deriver_kpis(deriver, &setup.settings);
    cr_assert(store_sources(kit.store, &row, 1, kit.id, &err), "%s", err.text);
}

void derive_kpi_collect(const char *yaml)
{
    char text[2000];

    (void)snprintf(text, sizeof(text),
                   "calendar: {zone: UTC, hours: {mon-fri: 09:00-17:00}, holidays: [2026-09-18]}\n"
                   "%s",
                   yaml);
    derive_kpi_start(text, 1U << DX_KIND_RUN | 1U << DX_KIND_TICKET | 1U << DX_KIND_CHANGE |
                               1U << DX_KIND_SAMPLE);
}

void derive_kpi_again(const char *yaml)
{
    store_close(kit.store);
    deriver_free(deriver);
    kpi_setup_done(&setup);
    config_done(&derive_config);
    derive_kpi_collect(yaml);
}

const char *derive_kpi(const char *id, int64_t now_ms)
{
    return ROWS(kit.store, DX_QUERY_KPIS, DX_FILTER(.key = id), now_ms, DX_FIELD_VALUE, DX_FIELD_N,
                DX_FIELD_BEFORE, DX_FIELD_N_BEFORE, DX_FIELD_STATE, DX_FIELD_TEXT);
}

void derive_kpi_stop(void)
{
    derive_stop();
    kpi_setup_done(&setup);
    config_done(&derive_config);
}

void derive_add(struct batch *batch, const struct made *made)
{
    char *text = arena_print(&batch->arena, "%lld", (long long)made->id);
    struct run *run = batch_run(batch);
    struct job *job;

    run->project = arena_print(&batch->arena, "acme/p%d", made->pipeline);
    run->pipeline = "ci";
    run->id = text;
    run->attempt = made->attempt;
    run->sha = text;
    run->protected_branch = made->protected_branch;
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = made->result;
    run->timing.created_ms = made->started_ms - made->queued_ms;
    run->timing.started_ms = made->started_ms;
    run->timing.finished_ms = made->finished_ms;
    run->timing.duration_ms = made->finished_ms - made->started_ms;
    run->jobs_whole = true;
    job = batch_job(batch, batch->run_count - 1);
    job->id = text;
    job->name = "test";
    job->pool = arena_print(&batch->arena, "pool%d", made->pool);
    job->started = true;
    job->outcome = run->outcome;
    job->outcome.cause = made->cause;
    job->outcome.evidence = made->cause == DX_CAUSE_PLATFORM ? "runner: lost" : "";
    job->timing = run->timing;
    job->timing.queued_ms = made->queued_ms;
}

bool derive_slice(int64_t now_ms)
{
    struct dx_error err = { 0 };
    bool more;

    cr_assert(deriver_slice(deriver, kit.store, now_ms, &more, &err), "%s", err.text);
    return more;
}

void derive_slices(int64_t now_ms)
{
    int slices = 0;

    while (derive_slice(now_ms))
        cr_assert_lt(slices++, SLICES_MOST, "it comes to no end");
}

void derive_again(enum success_policy policy)
{
    store_close(kit.store);
    deriver_free(deriver);
    kit_collect();
    derive_begin(policy);
}

bool derive_is_dirty(void)
{
    struct dx_error err = { 0 };
    bool dirty;

    cr_assert(store_is_dirty(kit.store, &dirty, &err), "%s", err.text);
    return dirty;
}

void derive_all(int64_t at_ms)
{
    derive_slices(at_ms);
    cr_expect_not(derive_is_dirty());
}

void derive_settle(int64_t now_ms)
{
    struct dx_error err = { 0 };

    cr_assert(deriver_settle(deriver, kit.store, now_ms, &err), "%s", err.text);
}
