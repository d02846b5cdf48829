#include "config.h"

#include <string.h>

#include "source/pattern.h"
#include "source/recall.h"
#include "source_kit.h"

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
