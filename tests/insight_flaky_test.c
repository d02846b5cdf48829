#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "insight/flaky.h"

enum { MINUTE = 60000, TRIES = 80 };
static const int64_t now = INT64_C(1795530600000);

/* A history, a try a word, a minute apart, the last one now: the commit's letter,
 * then: s success, f failure, p failure by the platform, n never started, c cancelled;
 * then: 2 of the second attempt, m on the default branch. Each took 10 s, waited 1 s. */
static size_t read_tries(struct flaky_try *tries, const char *history)
{
    size_t n = 0;

    for (const char *p = history; *p; p += strcspn(p, " "), p += *p == ' ') {
        const char *end = p + strcspn(p, " ");
        struct flaky_try *t = &tries[n++];

        *t = (struct flaky_try){
            .sha = p[0] == '?' ? 0 : p[0], .duration_ms = 10000, .queued_ms = 1000, .attempt = 1
        };
        t->result = p[1] == 's' ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE;
        if (p[1] == 'c')
            t->result = DX_RESULT_CANCELLED;
        t->cause = p[1] == 'p' ? DX_CAUSE_PLATFORM : DX_CAUSE_NONE;
        t->never_started = p[1] == 'n';
        for (const char *q = p + 2; q < end; q++) {
            t->attempt = *q == '2' ? 2 : t->attempt;
            t->default_branch |= *q == 'm';
        }
    }
    for (size_t i = 0; i < n; i++)
        tries[i].at_ms = now - (int64_t)(n - 1 - i) * MINUTE;
    return n;
}

#define NOT (-1)

static const struct {
    const char *name, *history;
    int state; /* enum dx_flaky_state, or NOT */
    int n, k, pairs, lost_s, counted, dropped;
} cases[] = {
    { "nothing", "", NOT, 0, 0, 0, 0, 0, 0 },
    { "always green", "as bs cs ds es", NOT, 0, 0, 0, 0, 5, 0 },
    { "a failure that nobody ran again says nothing", "as bf cs ds", NOT, 0, 0, 0, 0, 4, 0 },
    { "passes on rerun, too few commits to say", "af as2 bs cs", DX_FLAKY_SUSPECT, 1, 1, 1, 21, 4,
      0 },
    { "the fifth commit decides", "af as2 bs bs cs cs ds ds es es", DX_FLAKY_FLAKY, 5, 1, 1, 21, 10,
      0 },
    { "four are suspect", "af as2 bs bs cs cs ds ds es", DX_FLAKY_SUSPECT, 4, 1, 1, 21, 9, 0 },
    { "passed, then failed: both outcomes, but not passed later", "as af bs bs cs cs ds ds es es",
      DX_FLAKY_FLAKY, 5, 0, 1, 0, 10, 0 },
    { "fails twice, then passes: 3 x 10 s, two queues", "af af2 as2", DX_FLAKY_SUSPECT, 1, 1, 1, 32,
      3, 0 },
    { "twice over", "af as2 af as2", DX_FLAKY_SUSPECT, 1, 1, 1, 42, 4, 0 },
    { "failures by the platform are dropped first", "ap as2 bp bs2 cp cs2 dp ds2 ep es2", NOT, 5, 0,
      0, 0, 5, 5 },
    { "cancelled is no outcome", "ac as2 bs", NOT, 1, 0, 0, 0, 2, 1 },
    { "an unknown commit is never the same commit", "?f ?s ?f ?s", NOT, 0, 0, 0, 0, 4, 0 },
    { "broken", "asm bfm cfm dfm", DX_FLAKY_BROKEN, 0, 0, 0, 0, 4, 0 },
    { "two in a row are not broken yet", "asm bfm cfm", NOT, 0, 0, 0, 0, 3, 0 },
    { "other branches do not break it", "asm bf cf df", NOT, 0, 0, 0, 0, 4, 0 },
    { "the last one passed", "afm bfm cfm dsm", NOT, 0, 0, 0, 0, 4, 0 },
    { "a pass of the same commit elsewhere", "bs2 asm bfm cfm dfm", DX_FLAKY_SUSPECT, 1, 0, 1, 0, 5,
      0 },
    { "was flaky, is broken: a rerun will not help", "af as2 bfm cfm dfm", DX_FLAKY_BROKEN, 1, 1, 1,
      21, 5, 0 },
    { "platform failures between do not mend it", "bfm xpm cfm ynm dfm", DX_FLAKY_BROKEN, 0, 0, 0,
      0, 3, 2 },
};

Test(flaky, each_history_has_its_verdict)
{
    struct flaky_try tries[TRIES];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t n = read_tries(tries, cases[i].history);
        struct flaky f = flaky_judge(tries, n, now);

        cr_expect_eq(f.listed ? (int)f.state : NOT, cases[i].state, "%s: state %d", cases[i].name,
                     f.listed ? (int)f.state : NOT);
        cr_expect(f.n == cases[i].n && f.k == cases[i].k && f.pairs == cases[i].pairs,
                  "%s: n %d k %d pairs %d", cases[i].name, (int)f.n, (int)f.k, (int)f.pairs);
        cr_expect_eq(f.lost_ms, cases[i].lost_s * 1000, "%s: lost %d ms", cases[i].name,
                     (int)f.lost_ms);
        cr_expect(f.counted == cases[i].counted && f.dropped == cases[i].dropped, "%s: %d, %d",
                  cases[i].name, (int)f.counted, (int)f.dropped);
        cr_expect_eq(isnan(f.rate), f.n == 0, "%s", cases[i].name);
    }
}

/* Seen on a real project: no runner for 100 minutes, 33 times. */
Test(flaky, five_passes_and_33_that_never_started_are_not_flaky)
{
    struct flaky_try tries[TRIES];
    struct flaky f;

    for (size_t i = 0; i < 38; i++)
        tries[i] = (struct flaky_try){ .sha = 7,
                                       .at_ms = now - (int64_t)(40 - i) * MINUTE,
                                       .duration_ms = 6000000,
                                       .queued_ms = 6000000,
                                       .result = i % 8 == 3 ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE,
                                       .attempt = (int)i + 1,
                                       .default_branch = true,
                                       .never_started = i % 8 != 3 };
    f = flaky_judge(tries, 38, now);
    cr_expect(!f.listed && f.pairs == 0 && f.k == 0 && f.lost_ms == 0);
    cr_expect(f.counted == 5 && f.dropped == 33, "%d %d", (int)f.counted, (int)f.dropped);
    for (size_t i = 0; i < 38; i++)
        tries[i].never_started = false;
    cr_expect(flaky_judge(tries, 38, now).listed, "without that they would be");
}

Test(flaky, the_window_ends_now_and_begins_14_days_ago)
{
    struct flaky_try tries[TRIES];
    size_t n = read_tries(tries, "af as2");

    cr_expect_eq(flaky_judge(tries, n, now).k, 1);
    cr_expect_eq(flaky_judge(tries, n, now - 1).k, 0, "it has not happened yet");
    cr_expect_eq(flaky_judge(tries, n, tries[0].at_ms + FLAKY_WINDOW_MS - 1).k, 1);
    cr_expect_eq(flaky_judge(tries, n, tries[0].at_ms + FLAKY_WINDOW_MS).k, 0);
    cr_expect_eq(flaky_judge(tries, n, tries[1].at_ms + FLAKY_WINDOW_MS).counted, 0);
}

Test(flaky, first_and_last_seen_are_failures_that_are_evidence)
{
    struct flaky_try tries[TRIES];
    size_t n = read_tries(tries, "zf af as2 bf bs2 yf");
    struct flaky f = flaky_judge(tries, n, now);

    cr_expect_eq(f.first_seen_ms, tries[1].at_ms);
    cr_expect_eq(f.last_seen_ms, tries[3].at_ms);
    n = read_tries(tries, "as af as2 bfm cfm dfm");
    f = flaky_judge(tries, n, now);
    cr_expect(f.first_seen_ms == tries[3].at_ms && f.last_seen_ms == tries[5].at_ms);
}

Test(flaky, waiting_over_night_counts_8_hours)
{
    struct flaky_try tries[TRIES];
    size_t n = read_tries(tries, "af as2 bf bs2");

    tries[0].at_ms = now - INT64_C(30) * 60 * MINUTE;
    tries[1].at_ms = now - 5 * MINUTE; /* 29 h 55 min later */
    cr_expect_eq(flaky_judge(tries, n, now).wait_ms, FLAKY_WAIT_CAP_MS + MINUTE);
}

Test(flaky, unknown_spans_cost_nothing)
{
    struct flaky_try tries[TRIES];
    size_t n = read_tries(tries, "af as2");

    tries[0].duration_ms = tries[1].queued_ms = -1;
    cr_expect_eq(flaky_judge(tries, n, now).lost_ms, 10000);
}
