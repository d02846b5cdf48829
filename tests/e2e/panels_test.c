/* The panels of CI on a company that the test made, as `dxtop screen` draws them at every size and
 * in every state. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../golden.h"
#include "../company_kit.h"
#include "../run.h"
#include "stage.h"
#include "store/store.h"

static const char *const sizes[] = { "200x60", "120x40", "80x24", "40x10" };
static const char *const views[] = {
    "Overview", "Queues", "Pipelines", "Flaky", "Failures", "Runs"
};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), VIEWS = sizeof(views) / sizeof(views[0]) };

static char health[256];

static void setup(void)
{
    stage_set();
    company_config(config, store);
    snprintf(health, sizeof(health), "%s/h.yaml", dir);
    company_health(health, store);
}

TestSuite(panels, .init = setup, .timeout = 300);

/* ---- golden screens ---- */

struct shot {
    const char *file, *state, *now, *option, *view;
};

static void shoot(const struct shot *shot, const char *size)
{
    const char *argv[] = { "dxtop",    "-c",     shot->file,   "--state",  dir,      "--now",
                           shot->now,  "screen", "--view",     shot->view, "--size", size,
                           "--format", "roles",  shot->option, NULL };
    char name[128], *text;
    int status;

    text = program_run(argv, &status);
    cr_assert_eq(status, 0, "%s", text);
    snprintf(name, sizeof(name), "screens/ci-%s%s-%s", shot->state, shot->view, size);
    golden_text(text, name);
    free(text);
}

static void screen_of(const char *file, const char *state, const char *now, const char *option,
                      const char *view)
{
    for (int i = 0; i < SIZES; i++)
        shoot(&(struct shot){ file, state, now, option, view }, sizes[i]);
}

static void screens(const char *state, const char *now, const char *option)
{
    for (int v = 0; v < VIEWS; v++)
        screen_of(config, state, now, option, views[v]);
    screen_of(health, state, now, option, "Health");
}

Test(panels, of_a_normal_day)
{
    company_write(store, KIT_NORMAL);
    screens("", KIT_NOW, NULL);
}

Test(panels, in_ascii)
{
    company_write(store, KIT_NORMAL);
    screens("ascii-", KIT_NOW, "--ascii");
}

Test(panels, with_names_that_are_long_wide_or_hostile)
{
    company_write(store, KIT_HOSTILE);
    screens("hostile-", KIT_NOW, NULL);
}

Test(panels, with_old_data)
{
    company_write(store, KIT_NORMAL);
    screens("stale-", "2026-11-24T14:42:07Z", NULL);
}

/* The review: each number beside that of a week before. */
Test(panels, week_against_week)
{
    company_write(store, KIT_NORMAL);
    screens("week-", KIT_NOW, "--week");
    /* Where what is compared has just room for itself. */
    shoot(&(struct shot){ health, "week-", KIT_NOW, "--week", "Health" }, "100x32");
}

/* What was not listed a week before was 0 where records go back to where that list begins:
 * 14 days before it. Else nobody can say. */
Test(panels, a_week_before_the_records_begin_nobody_can_say)
{
    char statement[100] = "UPDATE pipeline_day SET day = day - 30";
    const char *update[] = { "sqlite3", store, statement, NULL };
    const char *argv[] = { "dxtop",  "-c",     config,  "--state", dir,      "--now",  KIT_NOW,
                           "screen", "--view", "Flaky", "--size",  "120x40", "--week", NULL };
    static const char *const rows[] = { "oidc)           2 %      –        – ",
                                        "oidc)           2 %      0    ▲ 1.7 " };
    int status;

    company_write(store, KIT_NORMAL);
    for (int i = 0; i < 2; i++) {
        char *out = program_run(argv, &status);

        cr_assert_eq(status, 0, "%s", out);
        cr_expect(strstr(out, rows[i]), "%s", out);
        free(out);
        free(program_run(update, &status));
        cr_assert_eq(status, 0);
    }
}

/* The same store, as it was the day before. */
Test(panels, of_a_past_moment)
{
    company_write(store, KIT_NORMAL);
    screen_of(config, "past-", "2026-11-23T14:00:00Z", NULL, "Overview");
    screen_of(config, "past-", "2026-11-23T14:00:00Z", NULL, "Queues");
}

/* Its runs and jobs are forgotten up to the 23rd: what there was then is listed, but of none
 * of it there is a number, and that is why. */
Test(panels, of_a_moment_before_what_is_kept)
{
    const int64_t now_ms = INT64_C(1795530727000), day_ms = 86400000; /* KIT_NOW */
    struct dx_error err = { 0 };
    struct store *collected;

    company_write(store, KIT_NORMAL);
    collected = store_open(store, STORE_COLLECT, &err);
    cr_assert(collected && store_lock(collected), "%s", err.text);
    for (int i = 0; i < 200; i++)
        cr_assert(store_upkeep(collected, now_ms + 69 * day_ms, &err), "%s", err.text);
    store_close(collected);
    for (int v = 0; v < VIEWS - 1; v++)
        shoot(&(struct shot){ config, "kept-", "2026-11-22T14:00:00Z", NULL, views[v] }, "120x40");
}

Test(panels, without_data)
{
    screens("empty-", KIT_NOW, NULL);
}

/* Between two polls nothing is asked, and history is still missing. */
Test(panels, a_source_that_fills_says_so_between_its_polls)
{
    char statement[300];
    const char *update[] = { "sqlite3", store, statement, NULL };
    const char *argv[] = { "dxtop",  "-c",     config,    "--state", dir,      "--now", KIT_NOW,
                           "screen", "--view", "Sources", "--size",  "160x24", NULL };
    char *out;
    int status;

    write_file(config, "store: %s\nviews: [{name: Sources, rows: [{panels: [sources]}]}]\n", store);
    company_write(store, KIT_NORMAL);
    snprintf(statement, sizeof(statement), "UPDATE poll SET state = %d, done = 348, total = 400",
             DX_SOURCE_LIVE);
    free(program_run(update, &status));
    cr_assert_eq(status, 0);
    out = program_run(argv, &status);
    cr_assert_eq(status, 0, "%s", out);
    cr_expect(strstr(out, "filling: 348 of 400"), "%s", out);
    free(out);
    snprintf(statement, sizeof(statement), "UPDATE poll SET done = NULL, total = NULL");
    free(program_run(update, &status));
    out = program_run(argv, &status);
    cr_expect_null(strstr(out, "filling"), "%s", out);
    free(out);
}

/* Each store has its own aliases; here they are those of one key. */
static void fix_aliases(void)
{
    static const char statement[] = "UPDATE meta SET value = x'00112233445566778899aabbccddeeff'"
                                    " WHERE key = 'alias_key' RETURNING key";
    int status;
    char *out = program_run((const char *[]){ "sqlite3", store, statement, NULL }, &status);

    cr_assert_eq(status, 0);
    cr_assert_str_eq(out, "alias_key\n");
    free(out);
}

Test(panels, with_hidden_names)
{
    static const char *const shown[] = { "Flaky", "Runs" };

    company_write(store, KIT_NORMAL);
    fix_aliases();
    for (size_t v = 0; v < 2; v++)
        for (int i = 0; i < SIZES; i++)
            shoot(&(struct shot){ config, "hidden-", KIT_NOW, "--redact", shown[v] }, sizes[i]);
}
