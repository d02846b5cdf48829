#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "insight/alerting.h"

#define MINUTE INT64_C(60000)
static const int64_t START = 1790000000000;

/* ---- looks, a word each: minute:value, - no data; then q quiet, s snoozed, l lost ---- */

static const char *read_look(struct alerting_look *look, const char *word)
{
    char *end;

    *look = (struct alerting_look){ .at_ms = START + strtol(word, &end, 10) * MINUTE };
    cr_assert_eq(*end++, ':', "%s", word);
    if (*end == '-') {
        look->value = (double)NAN;
        end++;
    } else {
        look->value = strtod(end, &end);
    }
    for (; *end && *end != ' '; end++) {
        look->quiet = look->quiet || *end == 'q';
        look->snoozed = look->snoozed || *end == 's';
        look->lost = look->lost || *end == 'l';
    }
    return end + (*end == ' ');
}

struct trace {
    char states[128]; /* of each look: . pending ! firing ~ recovering - */
    char told[128];   /* minute and F fires, E ends, or S with fires/ends */
};

static void note(struct trace *t, struct alerting_outcome out, int64_t minute)
{
    size_t n = strlen(t->told);
    char *at = t->told + n;
    size_t room = sizeof(t->told) - n;
    const char *blank = n > 0 ? " " : "";

    if (out.tell == ALERTING_TELL_FIRES)
        snprintf(at, room, "%s%dF", blank, (int)minute);
    else if (out.tell == ALERTING_TELL_ENDS)
        snprintf(at, room, "%s%dE", blank, (int)minute);
    else if (out.tell == ALERTING_TELL_SUMMARY)
        snprintf(at, room, "%s%dS%d/%d", blank, (int)minute, out.fires, out.ends);
}

static void follow(struct trace *t, struct alerting_state *state, const struct alerting_rule *rule,
                   const char *looks)
{
    size_t n = strlen(t->states);

    while (*looks) {
        struct alerting_look look;

        looks = read_look(&look, looks);
        note(t, alerting_step(state, rule, &look), (look.at_ms - START) / MINUTE);
        t->states[n++] = "-.!~"[state->state];
    }
}

#define LIMIT .above = true, .limit = 10, .recover = 10
#define HOLD  LIMIT, .hold_ms = 3 * MINUTE

static const struct {
    const char *name;
    struct alerting_rule rule;
    const char *looks, *states, *told;
} cases[] = {
    { "at the limit is not past it", { LIMIT }, "0:10 1:10.5 2:10", "-!-", "1F 2E" },
    { "below", { .limit = 5, .recover = 5 }, "0:5 1:4 2:5", "-!-", "1F 2E" },
    { "held back", { HOLD }, "0:11 1:12 2:11 3:11 4:9", "...!-", "3F 4E" },
    { "a peak that is too short", { HOLD }, "0:11 2:11 3:9 4:11 6:11 7:11", "..-..!", "7F" },
    { "flapping while it is held back", { HOLD }, "0:11 1:9 2:11 3:9 4:11 5:9", ".-.-.-", "" },
    { "recovers at a better number only",
      { .above = true, .limit = 10, .recover = 8 },
      "0:11 1:9 2:10 3:8.5 4:8 5:9",
      "!!!!--",
      "0F 4E" },
    { "recovers for some time",
      { LIMIT, .recover_ms = 2 * MINUTE },
      "0:11 1:9 2:9 3:9",
      "!~~-",
      "0F 3E" },
    { "flapping while it recovers is one firing",
      { LIMIT, .recover_ms = 2 * MINUTE },
      "0:11 1:9 2:11 3:9 4:12 5:9 7:9",
      "!~!~!~-",
      "0F 7E" },
    { "between both numbers it recovers no more",
      { .above = true, .limit = 10, .recover = 8, .recover_ms = 2 * MINUTE },
      "0:11 1:7 2:9 3:7 4:7 5:7",
      "!~!~~-",
      "0F 5E" },
    { "cool-down: what ended within it is not told",
      { LIMIT, .cool_ms = 10 * MINUTE },
      "0:11 1:9 2:11 3:9 4:11 5:9 12:11 13:9",
      "!-!-!-!-",
      "0F 1E 12F 13E" },
    { "cool-down: what still fires then is told",
      { LIMIT, .cool_ms = 10 * MINUTE },
      "0:11 1:9 2:11 9:11 10:11 11:11 12:9",
      "!-!!!!-",
      "0F 1E 10F 12E" },
    { "no data ends nothing", { LIMIT }, "0:11 1:- 2:- 3:9", "!!!-", "0F 3E" },
    { "no data does not fire", { LIMIT }, "0:- 1:- 9:-", "---", "" },
    { "no data fires where it is asked to",
      { HOLD, .no_data_fires = true },
      "0:- 2:- 3:- 4:9",
      "..!-",
      "3F 4E" },
    { "held back, no data fires nothing, a number does",
      { HOLD },
      "0:11 1:- 4:- 5:11",
      "...!",
      "5F" },
    { "after no data a recovery begins anew",
      { LIMIT, .recover_ms = 3 * MINUTE },
      "0:11 1:9 3:- 4:9 5:9 6:9",
      "!~~~~-",
      "0F 6E" },
    { "where nobody looked, what was held back begins anew",
      { HOLD },
      "0:11 60:11l 61:11 63:11",
      "...!",
      "63F" },
    { "and so does a recovery",
      { LIMIT, .recover_ms = 3 * MINUTE },
      "0:11 1:9 60:9l 62:9 63:9",
      "!~~~-",
      "0F 63E" },
    { "but what fires goes on", { LIMIT }, "0:11 60:11l 61:11", "!!!", "0F" },
    { "quiet: held back, and summed up", { LIMIT }, "0:11q 1:11q 2:11 3:9", "!!!-", "2S1/0 3E" },
    { "quiet: what came and went", { LIMIT }, "0:11q 1:9q 2:11q 3:9q 4:9 5:9", "!-!---", "4S2/0" },
    { "quiet: the end of what was told before", { LIMIT }, "0:11 1:9q 2:9", "!--", "0F 2S0/1" },
    { "quiet: told before, and fires still", { LIMIT }, "0:11 1:11q 2:11 3:9", "!!!-", "0F 3E" },
    { "quiet: ended and began again",
      { LIMIT },
      "0:11 1:9q 2:11q 3:11 4:9",
      "!-!!-",
      "0F 3S1/1 4E" },
    { "quiet: it ends at the first look after it",
      { LIMIT },
      "0:11 1:9q 2:11q 3:9 4:9",
      "!-!--",
      "0F 3S1/1" },
    { "quiet: it recovers still, and whoever heard that it fires hears of the end",
      { LIMIT, .recover_ms = 2 * MINUTE },
      "0:11q 1:9q 2:9 3:9",
      "!~~-",
      "2S1/0 3E" },
    { "quiet: the cool-down ends in it, and is told after it",
      { LIMIT, .cool_ms = 3 * MINUTE },
      "0:11 1:9 2:11 3:11q 4:11",
      "!-!!!",
      "0F 1E 4F" },
    { "snoozed: nothing is told, what fires after it is",
      { LIMIT },
      "0:11 1:11s 2:11s 3:11 4:9",
      "!!!!-",
      "0F 3F 4E" },
    { "snoozed: what ends in it is not told", { LIMIT }, "0:11 1:11s 2:9s 3:9", "!!--", "0F" },
    { "the clock is set back while it is held back",
      { HOLD },
      "500:11 0:11 2:11 3:11 4:9",
      "...!-",
      "3F 4E" },
    { "and while it recovers",
      { LIMIT, .recover_ms = 3 * MINUTE },
      "0:11 500:9 1:9 4:9",
      "!~~-",
      "0F 4E" },
    { "and in the cool-down",
      { LIMIT, .cool_ms = 10 * MINUTE },
      "500:11 501:9 1:11 10:11 11:11",
      "!-!!!",
      "500F 501E 11F" },
    { "while it recovers nobody is told that it fires",
      { LIMIT, .recover_ms = 2 * MINUTE },
      "0:11s 1:9 2:9 3:9",
      "!~~-",
      "" },
};

Test(alerting, goes_through_its_states_and_tells)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct alerting_state state = { .told = false };
        struct trace t = { "", "" };

        follow(&t, &state, &cases[i].rule, cases[i].looks);
        cr_expect_str_eq(t.states, cases[i].states, "%s: %s", cases[i].name, t.states);
        cr_expect_str_eq(t.told, cases[i].told, "%s: %s", cases[i].name, t.told);
    }
}

/* At any look another collector may take over, with the state as it was kept. */
Test(alerting, a_restart_changes_nothing)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct alerting_state state = { .told = false };
        struct trace t = { "", "" };
        char looks[256], *rest = looks;

        snprintf(looks, sizeof(looks), "%s", cases[i].looks);
        for (char *look = strsep(&rest, " "); look; look = strsep(&rest, " ")) {
            struct alerting_state kept = state;

            memset(&state, 0xA5, sizeof(state));
            state = kept;
            follow(&t, &state, &cases[i].rule, look);
        }
        cr_expect_str_eq(t.told, cases[i].told, "%s: %s", cases[i].name, t.told);
    }
}

Test(alerting, says_since_when)
{
    struct alerting_state state = { .told = false };
    struct trace t = { "", "" };

    follow(&t, &state, &(struct alerting_rule){ HOLD }, "0:9 2:- 3:11 6:11 8:-");
    cr_expect_eq(state.began_ms, START + 3 * MINUTE);
    cr_expect_eq(state.since_ms, START + 6 * MINUTE);
    cr_expect_eq(state.fired_ms, START + 6 * MINUTE);
    cr_expect_eq(state.no_data_ms, START + 8 * MINUTE);
    follow(&t, &state, &(struct alerting_rule){ HOLD }, "9:- 10:9");
    cr_expect_eq(state.no_data_ms, 0);
    cr_expect_eq(state.began_ms, 0);
    cr_expect_eq(state.fired_ms, 0);
    cr_expect_eq(state.since_ms, START + 10 * MINUTE);
}

/* ---- quiet hours ---- */

#define AT(hour, minute) (((hour)*60 + (minute)) * MINUTE)
static const struct calendar_hours at_night[] = { { 0, AT(7, 0) }, { AT(22, 0), AT(24, 0) } };
static const struct calendar_hours at_work[] = { { AT(9, 0), AT(17, 0) } };
#define EVERY_DAY(day)                                                                             \
    {                                                                                              \
        day, day, day, day, day, day, day                                                          \
    }
#define NIGHT                                                                                      \
    {                                                                                              \
        at_night, 2                                                                                \
    }
#define WORK                                                                                       \
    {                                                                                              \
        at_work, 1                                                                                 \
    }

static bool quiet_at(const char *utc, const struct calendar *hours, const struct calendar *work)
{
    struct zone zone;
    struct business of_hours = { hours, &zone }, of_work = { work, &zone };
    struct alerting_quiet quiet = { hours ? &of_hours : NULL, work ? &of_work : NULL };
    bool is;

    cr_assert(zone_open(&zone, "Europe/Berlin", &(struct dx_error){ 0 }));
    is = alerting_is_quiet(&quiet, time_parse(utc, strlen(utc)));
    zone_done(&zone);
    return is;
}

Test(alerting, knows_quiet_hours_over_changes_of_the_clock)
{
    static const struct calendar night = { .zone = "", .days = EVERY_DAY(NIGHT) };
    static const struct {
        const char *utc;
        bool quiet;
    } moments[] = {
        { "2026-03-28T21:00:00Z", true },  /* Saturday 22:00, UTC+1 */
        { "2026-03-28T20:59:59Z", false }, /* 21:59 */
        { "2026-03-29T04:59:59Z", true },  /* Sunday 06:59, UTC+2: the night was short */
        { "2026-03-29T05:00:00Z", false }, /* 07:00 */
        { "2026-03-29T20:00:00Z", true },  /* 22:00, an hour earlier than the day before */
        { "2026-10-25T05:59:59Z", true },  /* 06:59, UTC+1: the night was long */
        { "2026-10-25T06:00:00Z", false }, /* 07:00 */
        { "2026-10-25T20:59:59Z", false }, /* 21:59 */
        { "2026-10-25T21:00:00Z", true },  /* 22:00 */
    };

    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
        cr_expect_eq(quiet_at(moments[i].utc, &night, NULL), moments[i].quiet, "%s",
                     moments[i].utc);
}

Test(alerting, is_quiet_when_nobody_works_where_that_is_asked_for)
{
    static const int64_t holidays[] = { 20811 }; /* 2026-12-24 */
    static const struct calendar office = { .zone = "",
                                            .days = { WORK, WORK, WORK, WORK, WORK },
                                            .holidays = holidays,
                                            .holiday_count = 1 };
    static const struct calendar night = { .zone = "", .days = EVERY_DAY(NIGHT) };

    cr_expect_not(quiet_at("2026-11-24T08:00:00Z", NULL, &office)); /* Tuesday 09:00 */
    cr_expect(quiet_at("2026-11-24T07:59:59Z", NULL, &office));
    cr_expect(quiet_at("2026-11-24T16:00:00Z", NULL, &office));
    cr_expect(quiet_at("2026-11-21T10:00:00Z", NULL, &office)); /* Saturday */
    cr_expect(quiet_at("2026-12-24T10:00:00Z", NULL, &office));
    cr_expect(quiet_at("2026-11-24T23:00:00Z", &night, &office)); /* either will do */
    cr_expect(quiet_at("2026-11-24T18:00:00Z", &night, &office));
    cr_expect_not(alerting_is_quiet(NULL, START));
}
