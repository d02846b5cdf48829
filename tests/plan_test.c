#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "source/plan.h"

static struct plan plan;

Test(plan, escapes_every_argument_and_nothing_else)
{
    static const struct {
        const char *argument, *path;
    } cases[] = {
        { "up", "/a?q=up&x=1" },
        { "a b", "/a?q=a%20b&x=1" },
        { "a&b=c#d?e/f+g%h", "/a?q=a%26b%3Dc%23d%3Fe%2Ff%2Bg%25h&x=1" },
        { "\xC3\xA4\n\"{}", "/a?q=%C3%A4%0A%22%7B%7D&x=1" },
        { "-._~09azAZ", "/a?q=-._~09azAZ&x=1" },
        { "", "/a?q=&x=1" },
        { ".", "/a?q=&x=1" },
        { "..", "/a?q=&x=1" },
        { "...", "/a?q=...&x=1" },
        { ".a", "/a?q=.a&x=1" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *argument = cases[i].argument;
        struct plan_request *r = plan_get(&plan, 1, "/a?q={}&x=1", argument, NULL);

        cr_expect_str_eq(r->path, cases[i].path);
        cr_expect_eq(plan_escaped(argument), strlen(r->path) - strlen("/a?q=&x=1"));
        cr_expect_null(r->form);
    }
    plan_done(&plan);
}

Test(plan, gives_requests_back_in_order_and_lets_more_be_added_meanwhile)
{
    plan_get(&plan, 1, "/one", NULL)->detail = 11;
    plan_get(&plan, 2, "/two", NULL);
    cr_expect_eq(plan_take(&plan)->detail, 11);
    plan_get(&plan, 3, "/three", NULL);
    cr_expect_eq(plan_take(&plan)->step, 2);
    cr_expect_str_eq(plan_take(&plan)->path, "/three");
    cr_expect_null(plan_take(&plan));
    plan_get(&plan, 4, "/four", NULL);
    cr_expect_eq(plan_take(&plan)->step, 4);
    cr_expect_null(plan_take(&plan));
    cr_expect_eq(plan.count, 4);
    plan_done(&plan);
}

Test(plan, what_belongs_together_goes_at_once)
{
    static const unsigned order[] = { 3, 1, 2, 4 };

    plan_get(&plan, 1, "/one", NULL);
    plan_at_once(&plan, plan.last);
    plan_get(&plan, 2, "/two", NULL);
    plan_at_once(&plan, plan_get(&plan, 3, "/three", NULL));
    plan_get(&plan, 4, "/four", NULL);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        cr_expect_eq(plan_take(&plan)->step, order[i]);
    cr_expect_null(plan_take(&plan));
    cr_expect_null(plan.last);
    plan_done(&plan);
}

Test(plan, a_form_keeps_the_path_and_escapes_the_body)
{
    struct plan_request *r = plan_form(&plan, 1, "/q{}", "a={}&b={}", "1&2", "3", NULL);

    cr_expect_str_eq(r->path, "/q{}");
    cr_expect_str_eq(r->form, "a=1%262&b=3");
    plan_done(&plan);
}

Test(plan, appends_to_a_path)
{
    struct plan_request *r = plan_get(&plan, 1, "/a?x=1", NULL);

    plan_append(&plan, r, "&f={}", "a=b", NULL);
    plan_append(&plan, r, "&f={}", "c", NULL);
    cr_expect_str_eq(r->path, "/a?x=1&f=a%3Db&f=c");
    plan_done(&plan);
}

Test(plan, is_empty_after_it_is_done)
{
    plan_get(&plan, 1, "/a", NULL);
    plan_done(&plan);
    cr_expect_null(plan_take(&plan));
    cr_expect_eq(plan.count, 0);
}

Test(plan, one_can_be_sent_before_those_that_wait)
{
    plan_get(&plan, 1, "/a", NULL);
    plan_at_once(&plan, plan.last);
    plan_get(&plan, 2, "/b", NULL);
    plan_get(&plan, 3, "/c", NULL);
    plan_at_once(&plan, plan.last);
    plan_get(&plan, 4, "/d", NULL);
    cr_expect_eq(plan_take(&plan)->step, 3);
    cr_expect_eq(plan_take(&plan)->step, 1);
    cr_expect_eq(plan_take(&plan)->step, 2);
    cr_expect_eq(plan_take(&plan)->step, 4);
    cr_expect_null(plan_take(&plan));
    plan_done(&plan);
}

/* A round each hour, of things of which each poll of five minutes has another one. */
Test(plan, of_rounds_in_even_steps_each_has_its_turn)
{
    enum { THINGS = 12, ROUNDS = 200 };
    struct plan p = { .round = true };
    int turns[THINGS] = { 0 };

    for (int i = 0; i < ROUNDS; i++) {
        p.now_ms = INT64_C(1795518000000) + i * INT64_C(3600000);
        turns[plan_turn(&p, 300000) % THINGS]++;
    }
    for (int i = 0; i < THINGS; i++)
        cr_expect_gt(turns[i], 0, "%d", i);
    p.round = false;
    for (int i = 0; i < 2 * THINGS; i++) {
        p.now_ms = i * INT64_C(300000);
        cr_expect_eq(plan_turn(&p, 300000), i);
    }
}
