/* Pull and merge requests in the store: what is said stays, and which lack their reviews. */
#include "config.h"

#include <stdio.h>

#include "core/mem.h"
#include "store_kit.h"

TestSuite(store_changes, .init = kit_init, .fini = kit_done, .timeout = 20);

static struct change *add(struct batch *batch, const char *id, int64_t created_ms)
{
    struct change *c = batch_change(batch);

    c->project = "acme/web";
    c->id = id;
    c->author = "ann";
    c->title = "fix";
    c->created_ms = created_ms;
    return c;
}

/* "3 2", the ids of those that lack their reviews. */
static const char *lacking(void)
{
    static char text[100];
    struct lacking_change found[10];
    struct arena arena = { 0 };
    size_t n = store_lacking_changes(kit.store, kit.id[0], found, 10, &arena);
    int len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        cr_expect_str_eq(found[i].project, "acme/web");
        cr_expect_str_eq(found[i].author, "ann");
        len +=
            snprintf(text + len, sizeof(text) - (size_t)len, "%s%s", i > 0 ? " " : "", found[i].id);
    }
    arena_free(&arena);
    return text;
}

static enum stored_change known(int source, const char *id)
{
    return store_known_change(kit.store, kit.id[source], "acme/web", id);
}

Test(store_changes, those_whose_reviews_are_not_known_lack_them)
{
    struct batch b = { 0 };

    kit_collect();
    add(&b, "1", T0 - 3 * HOUR)->first_review_ms = T0 - HOUR;
    add(&b, "2", T0 - 2 * HOUR);
    add(&b, "3", T0 - HOUR);
    add(&b, "4", T0)->reviews_known = true; /* and there are none */
    kit_poll(0, T0, &b);
    cr_expect_str_eq(lacking(), "3 2");
    cr_expect_eq(known(0, "1"), STORED_CHANGE_REVIEWED);
    cr_expect_eq(known(0, "2"), STORED_CHANGE_LACKS);
    cr_expect_eq(known(0, "4"), STORED_CHANGE_LACKS);
    cr_expect_eq(known(0, "5"), STORED_CHANGE_NOT);
    cr_expect_eq(known(1, "1"), STORED_CHANGE_NOT, "another source");
    cr_expect_eq(store_known_change(kit.store, kit.id[0], "acme/api", "1"), STORED_CHANGE_NOT);
}

Test(store_changes, news_of_what_nobody_looked_at_are_looked_at_again)
{
    struct batch b = { 0 };

    kit_collect();
    add(&b, "1", T0 - HOUR)->first_review_ms = T0;
    add(&b, "4", T0)->reviews_known = true;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(lacking(), "");
    add(&b, "1", 0)->merged_ms = T0;
    add(&b, "4", 0)->merged_ms = T0;
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_str_eq(lacking(), "4");
    cr_expect_eq(known(0, "1"), STORED_CHANGE_REVIEWED);
}

Test(store_changes, what_a_reply_does_not_say_stays)
{
    struct batch b = { 0 };
    struct change *c;

    kit_collect();
    (void)add(&b, "1", T0 - HOUR);
    (void)add(&b, "2", T0 - 2 * HOUR);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(lacking(), "1 2");
    c = batch_change(&b); /* as reviews say it; it was a draft */
    c->project = "acme/web";
    c->id = "2";
    c->created_ms = T0 - MINUTE;
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_str_eq(lacking(), "2 1", "when it was ready; its author is still known");
}
