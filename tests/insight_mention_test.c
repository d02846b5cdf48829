#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "insight/mention.h"

/* A company: p pools, l pipelines, r projects, j flaky jobs, each with its number below. */
static const struct mention_name names[] = {
    { { DX_REF_POOL, 1, 0 }, "", "linux-xl", "" },
    { { DX_REF_POOL, 2, 0 }, "", "gpu", "" },
    { { DX_REF_POOL, 3, 0 }, "", "linux", "" },
    { { DX_REF_POOL, 4, 0 }, "", "self-hosted", "" },
    { { DX_REF_POOL, 5, 0 }, "", "mac14", "" },
    { { DX_REF_POOL, 6, 0 }, "", "mac14", "" }, /* of another system */
    { { DX_REF_PIPELINE, 1, 0 }, "acme/api", "test", "" },
    { { DX_REF_PIPELINE, 2, 0 }, "acme/web", "e2e", "" },
    { { DX_REF_PIPELINE, 3, 0 }, "acme/web", "test", "" },
    { { DX_REF_PIPELINE, 4, 0 }, "acme/tools/infra", "Unit tests", "" },
    { { DX_REF_PIPELINE, 5, 0 }, "acme/ml", "train-smoke", "" },
    { { DX_REF_PIPELINE, 6, 0 }, "acme/docs", "Publish the handbook", "" },
    { { DX_REF_PIPELINE, 7, 0 }, "acme/ml", "nightly", "" },
    { { DX_REF_PIPELINE, 8, 0 }, "acme/pay", "deploy-eu", "" },
    { { DX_REF_PIPELINE, 9, 0 }, "acme/shop", "deploy-eu", "" },
    { { DX_REF_PROJECT, 1, 0 }, "acme/api", "", "" },
    { { DX_REF_PROJECT, 2, 0 }, "acme/web", "", "" },
    { { DX_REF_PROJECT, 3, 0 }, "acme/pay-core", "", "" },
    { { DX_REF_JOB, 1, 1 }, "acme/api", "jdk21", "test" },
    { { DX_REF_JOB, 2, 2 }, "acme/web", "chrome", "e2e" },
    { { DX_REF_JOB, 3, 3 }, "acme/web", "jdk21", "test" },
    { { DX_REF_POOL, 7, 0 }, "", "日本", "" },
    { { DX_REF_POOL, 8, 0 }, "", "[ ]", "" }, /* nothing that could be named */
};

static const struct {
    const char *text, *names; /* as "p1 l2" */
} cases[] = {
    /* whole words, in whichever case */
    { "Jobs wait on LINUX-XL since noon", "p1" },
    { "linux-xl", "p1" },
    { "(linux-xl), \"linux-xl\": linux-xl.", "p1" },
    { "linux-xlarge, my-linux-xl, linux-xl-2, linux-xl_old, x/linux-xl, linux-xl.example", "" },
    { "übergpu runner, gpué runner", "" },
    { "linux-xlが遅い。プールlinux-xl", "p1" },
    { "日本 runner", "p7" },
    /* a plain name counts beside a word that says what it is */
    { "Runner gpu offline", "p2" },
    { "Which gpu runners are there?", "p2" },
    { "pool: \"gpu\"", "p2" },
    { "The gpu of my laptop, and a runner", "" },
    { "linux is slow, main is red, the test fails, please test and build the web", "" },
    { "linux runners are slow", "p3" },
    { "a self-hosted cluster", "" },
    { "self-hosted runners", "p4" },
    { "mac14 has no disk left", "p5 p6" },
    /* pipelines by their paths */
    { "acme/api/test fails", "l1" },
    { "api/test fails, web/test too", "l1 l3" },
    { "see https://ci.acme.example/api/test/4812", "" },
    { "Access to registry: acme/web please", "r2" },
    { "acme/web/issues/3", "" },
    { "repo api is gone; the web is up", "r1" },
    { "pay-core cannot be built", "r3" },
    /* by the name alone where it is the only one */
    { "train-smoke is red", "l5" },
    { "the nightly pipeline is red", "l7" },
    { "the nightly is red", "" },
    { "the test pipeline is red", "" },
    { "deploy-eu is red", "" },
    { "pay/deploy-eu is red", "l8" },
    { "we write unit tests", "" },
    { "the unit\n  tests workflow", "l4" },
    { "infra/unit tests", "l4" },
    { "Publish  the\thandbook again", "l6" },
    /* jobs where their pipeline is named */
    { "api/test (jdk21) fails", "l1 j1" },
    { "web/test, jdk21", "l3 j3" },
    { "jdk21 fails", "" },
    { "web/e2e (chrome)", "l2 j2" },
    { "web/e2e in my chrome", "l2" },
    { "web/e2e, job chrome", "l2 j2" },
    /* nothing */
    { "", "" },
    { "\xc3", "" },
    { "-/_", "" },
};

static struct mentions *company(void)
{
    struct mentions *m = mentions_new();

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        mentions_add(m, &names[i]);
    return m;
}

static const char *found(const struct mentions *m, const char *text, size_t cap)
{
    static const char letters[] = {
        [DX_REF_POOL] = 'p', [DX_REF_PIPELINE] = 'l', [DX_REF_PROJECT] = 'r', [DX_REF_JOB] = 'j'
    };
    static char out[256];
    struct mention list[16];
    size_t n = mentions_find(m, text, list, cap), len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%c%lld", i ? " " : "",
                                letters[list[i].kind],
                                (long long)(list[i].kind == DX_REF_JOB ? list[i].nth : list[i].id));
    return out;
}

Test(mention, of_names_in_texts)
{
    struct mentions *m = company();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_str_eq(found(m, cases[i].text, 16), cases[i].names, "\"%s\": %s", cases[i].text,
                         found(m, cases[i].text, 16));
    cr_expect_str_eq(found(m, "linux-xl mac14 acme/web", 2), "p1 p5");
    mentions_free(m);
}

static const struct {
    struct mention_name name;
    const char *expression;
} searches[] = {
    { { { DX_REF_POOL, 1, 0 }, "", "linux-xl", "" }, "(\" linux xl\")" },
    { { { DX_REF_POOL, 1, 0 }, "", "[ ]", "" }, "" },
    { { { DX_REF_PROJECT, 1, 0 }, "acme/pay-core", "", "" },
      "(\"acme pay core \") OR (\" pay core\")" },
    { { { DX_REF_PIPELINE, 1, 0 }, "acme/ml", "x\"y-1", "" }, "(\"ml x y 1\") OR (\" x y 1\")" },
    { { { DX_REF_PIPELINE, 1, 0 }, "acme/api", "test", "" },
      "(\"api test\") OR (\" test\" AND (pipeline OR pipelines OR workflow OR workflows OR repo OR "
      "repository OR project))" },
    { { { DX_REF_JOB, 1, 1 }, "acme/api", "jdk21", "test" }, "(\"jdk21\" AND \"test\")" },
};

Test(mention, of_a_search_that_comes_before)
{
    char out[MENTION_SEARCH];

    for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++)
        cr_expect_str_eq(mention_search(out, &searches[i].name), searches[i].expression, "%s", out);
}

/* Half of a question would be none: an unterminated string. */
Test(mention, of_a_name_that_is_too_long_to_be_searched_for)
{
    char long_name[MENTION_SEARCH], out[MENTION_SEARCH];
    const struct mention_name job = { { DX_REF_JOB, 1, 1 }, "acme/api", long_name, "test" };

    memset(long_name, 'x', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    cr_expect_str_eq(mention_search(out, &job), "");
}
