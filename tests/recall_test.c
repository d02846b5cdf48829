#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "source/github.h"
#include "source/pattern.h"
#include "source/recall.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000;

Test(pattern, fits_as_a_shell_does)
{
    static const struct {
        const char *name, *pattern, *text;
        bool exact, any_case;
    } cases[] = {
        { "the whole text", "main", "main", true, true },
        { "not a part of it", "main", "maintenance", false, false },
        { "a star takes slashes", "release/*", "release/2/x", true, true },
        { "a star takes nothing", "main*", "main", true, true },
        { "one character", "v?", "v1", true, true },
        { "a set", "v[0-9]", "v7", true, true },
        { "letters", "Acme/*", "acme/web", false, true },
        { "escaped", "a\\*b", "a*b", true, true },
        { "escaped, and something else", "a\\*b", "axb", false, false },
        { "a set that never ends is no set", "a[b", "a[b", true, true },
        { "empty", "", "", true, true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *item[] = { "nothing like it", cases[i].pattern };
        const struct dx_items patterns = { .item = item, .count = 2 };

        cr_expect_eq(pattern_fits(&patterns, cases[i].text, PATTERN_EXACT), cases[i].exact, "%s",
                     cases[i].name);
        cr_expect_eq(pattern_fits(&patterns, cases[i].text, PATTERN_ANY_CASE), cases[i].any_case,
                     "%s", cases[i].name);
    }
    cr_expect_not(pattern_fits(&(struct dx_items){ 0 }, "main", PATTERN_EXACT), "no patterns");
}

Test(recall, what_the_poll_brought_is_newer_than_the_store)
{
    struct kit kit = { 0 };

    kit_poll(&kit, 1000);
    cr_expect_eq(recall(&kit.plan, &kit.batch, "seen"), 0);
    batch_cursor(&kit.batch, "seen", 1);
    kit_commit(&kit);
    cr_expect_eq(recall(&kit.plan, &kit.batch, "seen"), 1);
    batch_cursor(&kit.batch, "seen", 2);
    batch_cursor(&kit.batch, "seen", 3);
    cr_expect_eq(recall(&kit.plan, &kit.batch, "seen"), 3, "the last of them");
    cr_expect_eq(recall(&kit.plan, NULL, "seen"), 1, "as the store has it");
    kit_done(&kit);
}

/* A store that cuts names, and one that has no list. */
static const char *same_again(void *self, const char *name)
{
    (void)name;
    return self;
}

Test(recall, a_list_under_a_prefix_ends)
{
    struct kit kit = { 0 };
    const char *name;

    kit_poll(&kit, 1000);
    batch_cursor(&kit.batch, "a:1", 1);
    batch_cursor(&kit.batch, "repo:acme/api", 1);
    batch_cursor(&kit.batch, "repo:acme/web", 1);
    batch_cursor(&kit.batch, "repos", 1);
    kit_commit(&kit);
    name = recall_after(&kit.plan, "repo:", "");
    cr_assert_not_null(name);
    cr_expect_str_eq(name, "acme/api");
    name = recall_after(&kit.plan, "repo:", name);
    cr_assert_not_null(name);
    cr_expect_str_eq(name, "acme/web");
    cr_expect_null(recall_after(&kit.plan, "repo:", name));
    cr_expect_null(recall_after(&kit.plan, "none:", ""));

    kit.cursors.after = same_again;
    kit.cursors.self = (void *)"repo:acme/api";
    kit.plan.cursors = &kit.cursors;
    cr_expect_null(recall_after(&kit.plan, "repo:", "acme/api"), "it does not come twice");
    kit.cursors.after = NULL;
    cr_expect_null(recall_after(&kit.plan, "repo:", ""));
    kit_done(&kit);
}

Test(recall, a_number_can_be_added_to_and_a_hash_is_whole)
{
    static const struct {
        int64_t kept, number;
    } cases[] = {
        { 0, 0 },
        { 1795518000000, 1795518000000 },
        { INT64_MAX, INT64_C(1) << 53 },
        { INT64_MIN, -(INT64_C(1) << 53) },
    };
    struct kit kit = { 0 };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kit_poll(&kit, 1000);
        batch_cursor(&kit.batch, "it", cases[i].kept);
        cr_expect_eq(recall(&kit.plan, &kit.batch, "it"), cases[i].number, "%zu", i);
        kit_commit(&kit);
        cr_expect_eq(recall(&kit.plan, NULL, "it"), cases[i].number, "%zu", i);
        cr_expect_eq(recall_mark(&kit.plan, NULL, "it"), cases[i].kept, "%zu", i);
        kit_done(&kit);
    }
}

/* Others may write into a store: no name of it becomes a path that is none. */
static void wrote(struct kit *kit)
{
    static const char *const repos[] = { "repo:acme/ok",  "repo:acme/no#x", "repo:../orgs",
                                         "repo:acme",     "repo:acme/a b",  "repo:acme/no/more",
                                         "repo:acme/n%2f" };
    static const char *const runs[][2] = {
        { "acme/ok", "7" }, { "acme/ok", "../7" }, { "acme/ok", "" }, { "acme/no?x", "7" }
    };
    char lengthy[90] = "repo:acme/";

    memset(lengthy + strlen(lengthy), 'x', sizeof(lengthy) - 1 - strlen(lengthy));
    for (size_t i = 0; i < sizeof(repos) / sizeof(repos[0]); i++)
        batch_cursor(&kit->batch, repos[i], NOW - HOUR_MS);
    batch_cursor(&kit->batch, lengthy, NOW - HOUR_MS);
    batch_cursor(&kit->batch, "discovered:", NOW - HOUR_MS);
    kit_commit(kit);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        struct kit_run *run = &kit->run[kit->run_count++];

        *run = (struct kit_run){ .attempt = 1, .updated_ms = NOW - HOUR_MS };
        (void)snprintf(run->project, sizeof(run->project), "%s", runs[i][0]);
        (void)snprintf(run->id, sizeof(run->id), "%s", runs[i][1]);
    }
}

Test(recall, what_others_wrote_into_the_store_is_no_path)
{
    const struct github org = { .org = "acme" };
    struct github_walk walk = { 0 };
    static struct kit kit;
    size_t walked = 0, open = 0;

    kit_poll(&kit, NOW);
    wrote(&kit);
    while (github_walk(&org, &kit.plan, &walk))
        walked++;
    cr_expect_eq(walked, 2, "%zu", walked);
    source_github.begin(&org, &kit.cursors, &kit.plan);
    for (const struct plan_request *r = kit.plan.first; r; r = r->next) {
        cr_expect(!strpbrk(r->path, "# ") && !strstr(r->path, "/.."), "%s", r->path);
        open += r->step == STEP_JOBS;
    }
    cr_expect_eq(open, 1, "%zu", open);
    kit_done(&kit);
}

Test(recall, a_list_goes_on_where_the_server_s_clock_has_been)
{
    static const struct {
        const char *name;
        int64_t date_ms, at_ms, news_ms;
    } cases[] = {
        { "before", NOW, NOW - 1, NOW - 1 },
        { "a clock beside the one that says the time", NOW, NOW + MINUTE_MS, NOW + MINUTE_MS },
        { "ahead", NOW, NOW + MINUTE_MS + 1, NOW - DAY_MS },
        { "a server that is ahead of us", NOW + 9 * DAY_MS, NOW + 9 * DAY_MS, NOW + 9 * DAY_MS },
        { "a server that is behind us", NOW - 9 * DAY_MS, NOW, NOW - 10 * DAY_MS },
        { "one that does not say its time", 0, NOW + DAY_MS, NOW + DAY_MS },
        { "such a one, ahead", 0, NOW + DAY_MS + 1, NOW - DAY_MS },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(recall_news(&(struct reply){ .now_ms = NOW, .date_ms = cases[i].date_ms },
                                 cases[i].at_ms),
                     cases[i].news_ms, "%s", cases[i].name);
}
