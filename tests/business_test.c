#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "insight/business.h"

#define COUNT(list)      (sizeof(list) / sizeof((list)[0]))
#define AT(hour, minute) (((hour)*60 + (minute)) * INT64_C(60000))
#define OPEN(...)                                                                                  \
    {                                                                                              \
        (const struct calendar_hours[]){ __VA_ARGS__ },                                            \
            sizeof((const struct calendar_hours[]){ __VA_ARGS__ }) / sizeof(struct calendar_hours) \
    }

/* ---- weeks, from Monday ---- */

#define NINE_TO_FIVE OPEN({ AT(9, 0), AT(17, 0) })
#define WITH_LUNCH   OPEN({ AT(9, 0), AT(12, 0) }, { AT(13, 0), AT(17, 30) })
#define ALL_DAY      OPEN({ 0, AT(24, 0) })
#define AT_NIGHT     OPEN({ 0, AT(6, 0) }, { AT(22, 0), AT(24, 0) })
#define SHORT        OPEN({ AT(9, 0), AT(14, 0) })

static const struct calendar_day office[7] = { NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE,
                                               NINE_TO_FIVE, NINE_TO_FIVE };
static const struct calendar_day lunch[7] = { WITH_LUNCH, WITH_LUNCH, WITH_LUNCH, WITH_LUNCH,
                                              SHORT };
static const struct calendar_day always[7] = { ALL_DAY, ALL_DAY, ALL_DAY, ALL_DAY,
                                               ALL_DAY, ALL_DAY, ALL_DAY };
static const struct calendar_day night[7] = { AT_NIGHT, AT_NIGHT, AT_NIGHT, AT_NIGHT,
                                              AT_NIGHT, AT_NIGHT, AT_NIGHT };
/* Sundays on which the clock changes; it does so from 02:00 to 03:00 or back. */
static const struct calendar_day opens_in_it[7] = { [6] = OPEN({ AT(2, 30), AT(4, 0) }) };
static const struct calendar_day closes_in_it[7] = { [6] = OPEN({ AT(1, 0), AT(2, 30) }) };
static const struct calendar_day all_of_it[7] = { [6] = OPEN({ AT(2, 0), AT(3, 0) }) };
static const struct calendar_day within_it[7] = { [6] = OPEN({ AT(2, 15), AT(2, 45) }) };
static const struct calendar_day touch_in_it[7] = { [6] = OPEN({ AT(1, 0), AT(2, 30) },
                                                               { AT(2, 30), AT(4, 0) }) };
static const struct calendar_day late_saturday[7] = { [5] = OPEN({ AT(20, 0), AT(24, 0) }) };
static const struct calendar_day closed[7] = { { 0 } };
static const struct calendar_day two[7] = { SHORT, [3] = NINE_TO_FIVE };
static const struct calendar_day mixed[7] = { ALL_DAY, SHORT, SHORT, NINE_TO_FIVE, WITH_LUNCH };

/* ---- reading cases ---- */

enum { LIST_MOST = 32 };

static struct zone zone;
static struct calendar calendar;
static const struct business business = { &calendar, &zone };
static int64_t holidays[LIST_MOST];

static int64_t ms(const char *text, size_t len)
{
    int64_t at = time_parse(text, len);

    cr_assert(at, "%.*s", (int)len, text);
    return at;
}

static int64_t at(const char *text)
{
    return ms(text, strlen(text));
}

/* dates: "2026-12-25 2026-12-26" */
static void use(const char *name, const struct calendar_day week[7], const char *dates)
{
    struct dx_error err = { 0 };

    zone_done(&zone);
    cr_assert(zone_open(&zone, name, &err), "%s: %s", name, err.text);
    calendar = (struct calendar){ .holidays = holidays };
    memcpy(calendar.days, week, sizeof(calendar.days));
    for (; dates && *dates; dates += strcspn(dates, " "), dates += *dates == ' ') {
        char midnight[TIME_TEXT];

        snprintf(midnight, sizeof(midnight), "%.10sT00:00:00Z", dates);
        holidays[calendar.holiday_count++] = at(midnight) / DAY_MS;
    }
}

/* "FROM/TO FROM/": the second one still goes on */
static size_t read_pauses(struct business_pause pauses[LIST_MOST], const char *text)
{
    size_t n = 0;

    for (; text && *text; text += *text == ' ', n++) {
        size_t from = strcspn(text, "/"), to = strcspn(text + from + 1, " ");

        pauses[n].from_ms = ms(text, from);
        text += from + 1;
        pauses[n].to_ms = to > 0 ? ms(text, to) : 0;
        text += to;
    }
    return n;
}

/* time_parse() wants seconds. */
#define D(time, offset) "2026-11-" time ":00" offset
#define CET             "+01:00"

static const struct {
    const char *name, *zone;
    const struct calendar_day *week;
    const char *holidays, *from, *to, *pauses, *wanted;
} cases[] = {
    /* Monday 10:00 to 12:30, all of it open. */
    { "within a day", "Europe/Berlin", office, NULL, D("23T10:00", CET), D("23T12:30", CET), NULL,
      "2h30m" },
    /* 09:00 to 17:00 of it. */
    { "longer than the day is open", "Europe/Berlin", office, NULL, D("23T06:00", CET),
      D("23T22:00", CET), NULL, "8h" },
    /* Friday 16:00 to 17:00, Monday 09:00 to 10:00. */
    { "over a weekend", "Europe/Berlin", office, NULL, D("20T16:00", CET), D("23T10:00", CET), NULL,
      "2h" },
    { "within a weekend", "Europe/Berlin", office, NULL, D("21T01:00", CET), D("22T23:00", CET),
      NULL, "0s" },
    /* Monday to Friday, five days of 8 h. */
    { "a week", "Europe/Berlin", office, NULL, D("16T00:00", CET), D("23T00:00", CET), NULL,
      "40h" },
    /* 11:30 to 12:00 and 13:00 to 13:15. */
    { "over lunch", "Europe/Berlin", lunch, NULL, D("23T11:30", CET), D("23T13:15", CET), NULL,
      "45m" },
    { "within lunch", "Europe/Berlin", lunch, NULL, D("23T12:00", CET), D("23T13:00", CET), NULL,
      "0s" },
    /* Four days of 3 h and 4.5 h, Friday 5 h: 30 h + 5 h. */
    { "a week with lunch", "Europe/Berlin", lunch, NULL, D("16T00:00", CET), D("23T00:00", CET),
      NULL, "35h" },
    /* Half-open: 17:00 is closed, 09:00 is not reached. */
    { "from closing to opening", "Europe/Berlin", office, NULL, D("23T17:00", CET),
      D("24T09:00", CET), NULL, "0s" },
    /* The last millisecond, and the first one. */
    { "one ms on either side", "Europe/Berlin", office, NULL, "2026-11-23T16:59:59.999+01:00",
      "2026-11-24T09:00:00.001+01:00", NULL, "2ms" },
    /* The same instants as 10:00 to 12:30 in Berlin, where it is 04:00 to 06:30 in New York. */
    { "open elsewhere", "America/New_York", office, NULL, D("23T10:00", CET), D("23T12:30", CET),
      NULL, "0s" },
    /* 09:00 in Kolkata is 03:30 UTC: 06:30 UTC is 12:00, five hours before closing. */
    { "half an hour off", "Asia/Kolkata", office, NULL, D("23T06:30", "Z"), D("23T23:00", "Z"),
      NULL, "5h" },
    { "nothing", "Europe/Berlin", office, NULL, D("23T10:00", CET), D("23T10:00", CET), NULL,
      "0s" },
    { "backwards", "Europe/Berlin", office, NULL, D("23T12:00", CET), D("23T10:00", CET), NULL,
      "0s" },
    { "backwards over days", "Europe/Berlin", always, NULL, D("23T12:00", CET), D("02T10:00", CET),
      NULL, "0s" },
    { "closed for ever", "Europe/Berlin", closed, NULL, D("01T00:00", CET), D("30T00:00", CET),
      NULL, "0s" },

    /* Thursday 16:00 to 17:00, not Friday, Monday 09:00 to 10:00. */
    { "a holiday", "Europe/Berlin", office, "2026-12-25", "2026-12-24T16:00:00+01:00",
      "2026-12-28T10:00:00+01:00", NULL, "2h" },
    { "a holiday on a weekend", "Europe/Berlin", office, "2026-12-25 2026-12-26",
      "2026-12-24T16:00:00+01:00", "2026-12-28T10:00:00+01:00", NULL, "2h" },
    { "within a holiday", "Europe/Berlin", always, "2026-12-25", "2026-12-25T01:00:00+01:00",
      "2026-12-25T23:00:00+01:00", NULL, "0s" },
    /* All of 24 and 26; the holiday is one of Berlin, not of UTC. */
    { "a holiday has local edges", "Europe/Berlin", always, "2026-12-25",
      "2026-12-24T00:00:00+01:00", "2026-12-27T00:00:00+01:00", NULL, "48h" },
    /* The night to 25 ends at midnight: 22 to 24; that to 26 begins then: 0 to 6. */
    { "a holiday cuts two nights", "Europe/Berlin", night, "2026-12-25",
      "2026-12-24T12:00:00+01:00", "2026-12-26T12:00:00+01:00", NULL, "8h" },
    /* Of the ten weekdays from 21 December to 1 January four are holidays: six days of 8 h. */
    { "holidays before, between and after", "Europe/Berlin", office,
      "2026-12-01 2026-12-24 2026-12-25 2026-12-31 2027-01-01 2027-01-06",
      "2026-12-21T00:00:00+01:00", "2027-01-02T00:00:00+01:00", NULL, "48h" },

    /* The clock goes from 02:00 to 03:00: 24 h - 1 h. */
    { "spring, Berlin", "Europe/Berlin", always, NULL, "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00", NULL, "23h" },
    /* From 03:00 to 02:00: 24 h + 1 h. */
    { "autumn, Berlin", "Europe/Berlin", always, NULL, "2026-10-25T00:00:00+02:00",
      "2026-10-26T00:00:00+01:00", NULL, "25h" },
    { "spring, New York", "America/New_York", always, NULL, "2026-03-08T00:00:00-05:00",
      "2026-03-09T00:00:00-04:00", NULL, "23h" },
    { "autumn, New York", "America/New_York", always, NULL, "2026-11-01T00:00:00-04:00",
      "2026-11-02T00:00:00-05:00", NULL, "25h" },
    /* Half an hour of summer time. */
    { "spring, Lord Howe", "Australia/Lord_Howe", always, NULL, "2026-10-04T00:00:00+10:30",
      "2026-10-05T00:00:00+11:00", NULL, "23h30m" },
    { "autumn, Lord Howe", "Australia/Lord_Howe", always, NULL, "2026-04-05T00:00:00+11:00",
      "2026-04-06T00:00:00+10:30", NULL, "24h30m" },
    { "no change, Kolkata", "Asia/Kolkata", always, NULL, "2026-03-29T00:00:00+05:30",
      "2026-03-30T00:00:00+05:30", NULL, "24h" },
    /* Office hours do not meet the change: Friday 16 to 17, Monday 9 to 10 by the new clock. */
    { "a change within a weekend", "Europe/Berlin", office, NULL, "2026-03-27T16:00:00+01:00",
      "2026-03-30T10:00:00+02:00", NULL, "2h" },
    /* 1 h of Friday; the whole Thursday; no Friday; 8 h of Monday by the clock beyond the date
     * line. */
    { "a Friday that never was", "Pacific/Apia", office, NULL, "2011-12-28T16:00:00-10:00",
      "2012-01-02T17:00:00+14:00", NULL, "17h" },
    /* It is no day to be closed on either. */
    { "a holiday that never was", "Pacific/Apia", office, "2011-12-30", "2011-12-28T16:00:00-10:00",
      "2012-01-02T17:00:00+14:00", NULL, "17h" },
    /* 29 and 31 December: from 29T10:00Z to 31T10:00Z. */
    { "around the clock without a day", "Pacific/Apia", always, NULL, "2011-12-29T00:00:00-10:00",
      "2012-01-01T00:00:00+14:00", NULL, "48h" },

    /* 02:30 does not exist: 03:00 to 04:00 CEST. */
    { "opens in a gap", "Europe/Berlin", opens_in_it, NULL, "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00", NULL, "1h" },
    /* The first 02:30 is 00:30Z, 04:00 CET is 03:00Z. */
    { "opens in a fold", "Europe/Berlin", opens_in_it, NULL, "2026-10-25T00:00:00+02:00",
      "2026-10-26T00:00:00+01:00", NULL, "2h30m" },
    /* From the second 02:00 (01:00Z) on, which is after the opening: to 03:00Z. */
    { "from within a fold", "Europe/Berlin", opens_in_it, NULL, "2026-10-25T02:00:00+01:00",
      "2026-10-26T00:00:00+01:00", NULL, "2h" },
    /* 01:00 CET to the end of the gap, 01:00Z. */
    { "closes in a gap", "Europe/Berlin", closes_in_it, NULL, "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00", NULL, "1h" },
    /* 01:00 CEST is 23:00Z, the first 02:30 is 00:30Z. */
    { "closes in a fold", "Europe/Berlin", closes_in_it, NULL, "2026-10-25T00:00:00+02:00",
      "2026-10-26T00:00:00+01:00", NULL, "1h30m" },
    { "all of a gap", "Europe/Berlin", all_of_it, NULL, "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00", NULL, "0s" },
    /* The first 02:00 is 00:00Z, 03:00 is not before 02:00Z. */
    { "all of a fold", "Europe/Berlin", all_of_it, NULL, "2026-10-25T00:00:00+02:00",
      "2026-10-26T00:00:00+01:00", NULL, "2h" },
    { "within a gap", "Europe/Berlin", within_it, NULL, "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00", NULL, "0s" },
    /* 02:15 and 02:45 the first time only. */
    { "within a fold", "Europe/Berlin", within_it, NULL, "2026-10-25T00:00:00+02:00",
      "2026-10-26T00:00:00+01:00", NULL, "30m" },
    /* As one from 01:00 to 04:00: 3 h - 1 h, 3 h + 1 h. */
    { "two touch in a gap", "Europe/Berlin", touch_in_it, NULL, "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00", NULL, "2h" },
    { "two touch in a fold", "Europe/Berlin", touch_in_it, NULL, "2026-10-25T00:00:00+02:00",
      "2026-10-26T00:00:00+01:00", NULL, "4h" },
    /* 22 to 24 and 0 to 6 without an hour; the other night has one more. */
    { "a night in spring", "Europe/Berlin", night, NULL, "2026-03-28T12:00:00+01:00",
      "2026-03-29T12:00:00+02:00", NULL, "7h" },
    { "a night in autumn", "Europe/Berlin", night, NULL, "2026-10-24T12:00:00+02:00",
      "2026-10-25T12:00:00+01:00", NULL, "9h" },
    /* Saturday 24:00 was 23:00 again: 20:00 is 22:00Z, midnight comes at 03:00Z. */
    { "a fold over midnight", "America/Sao_Paulo", late_saturday, NULL, "2018-02-17T12:00:00-02:00",
      "2018-02-18T12:00:00-03:00", NULL, "5h" },
    /* From the second 23:30 on. */
    { "from within a fold over midnight", "America/Sao_Paulo", late_saturday, NULL,
      "2018-02-17T23:30:00-03:00", "2018-02-18T12:00:00-03:00", NULL, "30m" },

    /* 8 h - 2 h. */
    { "a pause", "Europe/Berlin", office, NULL, D("23T00:00", CET), D("24T00:00", CET),
      D("23T10:00", CET) "/" D("23T12:00", CET), "6h" },
    { "a pause at night", "Europe/Berlin", office, NULL, D("23T00:00", CET), D("25T00:00", CET),
      D("23T17:00", CET) "/" D("24T09:00", CET), "16h" },
    /* Of Friday and Monday 16 h, but Friday 15:00 to Monday 11:00: 2 h and 2 h. */
    { "a pause over a weekend", "Europe/Berlin", office, NULL, D("20T00:00", CET),
      D("24T00:00", CET), D("20T15:00", CET) "/" D("23T11:00", CET), "12h" },
    /* 10 to 12 and 11 to 14: 4 h, not 5 h. */
    { "pauses overlap", "Europe/Berlin", office, NULL, D("23T00:00", CET), D("24T00:00", CET),
      D("23T10:00", CET) "/" D("23T12:00", CET) " " D("23T11:00", CET) "/" D("23T14:00", CET),
      "4h" },
    { "one pause within another", "Europe/Berlin", office, NULL, D("23T00:00", CET),
      D("24T00:00", CET),
      D("23T10:00", CET) "/" D("23T14:00", CET) " " D("23T11:00", CET) "/" D("23T12:00", CET),
      "4h" },
    { "the same pause twice", "Europe/Berlin", office, NULL, D("23T00:00", CET), D("24T00:00", CET),
      D("23T10:00", CET) "/" D("23T12:00", CET) " " D("23T10:00", CET) "/" D("23T12:00", CET),
      "6h" },
    { "pauses touch", "Europe/Berlin", office, NULL, D("23T00:00", CET), D("24T00:00", CET),
      D("23T10:00", CET) "/" D("23T11:00", CET) " " D("23T11:00", CET) "/" D("23T12:00", CET),
      "6h" },
    /* 15 to 16 and 10 to 11: 8 h - 2 h. */
    { "pauses out of order", "Europe/Berlin", office, NULL, D("23T00:00", CET), D("24T00:00", CET),
      D("23T15:00", CET) "/" D("23T16:00", CET) " " D("23T10:00", CET) "/" D("23T11:00", CET),
      "6h" },
    /* From 12:00 on: 3 h are left. */
    { "a pause still goes on", "Europe/Berlin", office, NULL, D("23T00:00", CET),
      D("26T00:00", CET), D("23T12:00", CET) "/", "3h" },
    /* 09 to 10 and 11 to 12. */
    { "one goes on, one is over", "Europe/Berlin", office, NULL, D("23T00:00", CET),
      D("26T00:00", CET), D("23T12:00", CET) "/ " D("23T10:00", CET) "/" D("23T11:00", CET), "2h" },
    { "a pause begins before", "Europe/Berlin", office, NULL, D("23T10:00", CET),
      D("24T00:00", CET), D("20T10:00", CET) "/" D("23T12:00", CET), "5h" },
    { "a pause ends after", "Europe/Berlin", office, NULL, D("23T10:00", CET), D("23T14:00", CET),
      D("23T12:00", CET) "/" D("26T12:00", CET), "2h" },
    { "pauses before and after", "Europe/Berlin", office, NULL, D("23T10:00", CET),
      D("23T14:00", CET),
      D("20T10:00", CET) "/" D("20T12:00", CET) " " D("24T10:00", CET) "/" D("24T12:00", CET),
      "4h" },
    { "a pause over all", "Europe/Berlin", office, NULL, D("23T10:00", CET), D("23T14:00", CET),
      D("20T10:00", CET) "/" D("25T12:00", CET), "0s" },
    { "a pause that is exactly it", "Europe/Berlin", office, NULL, D("23T10:00", CET),
      D("23T14:00", CET), D("23T10:00", CET) "/" D("23T14:00", CET), "0s" },
    { "a pause of no length", "Europe/Berlin", office, NULL, D("23T10:00", CET), D("23T14:00", CET),
      D("23T12:00", CET) "/" D("23T12:00", CET), "4h" },
    { "a pause that ends before it begins", "Europe/Berlin", office, NULL, D("23T10:00", CET),
      D("23T14:00", CET), D("23T12:00", CET) "/" D("23T11:00", CET), "4h" },
    /* The pause lasts 2 h by the wall's clock, but one: 23 h - 1 h. */
    { "a pause over a gap", "Europe/Berlin", always, NULL, "2026-03-29T00:00:00+01:00",
      "2026-03-30T00:00:00+02:00", "2026-03-29T01:30:00+01:00/2026-03-29T03:30:00+02:00", "22h" },

    /* 3653 days: 521 weeks of five days, and the six from Friday to Wednesday have four. */
    { "ten years", "UTC", office, NULL, "2016-01-01T00:00:00Z", "2026-01-01T00:00:00Z", NULL,
      "20872h" },
    /* As many days around the clock, which ends as it began. */
    { "ten years around the clock", "Europe/Berlin", always, NULL, "2016-01-01T00:00:00+01:00",
      "2026-01-01T00:00:00+01:00", NULL, "87672h" },
};

Test(business, cases_worked_by_hand)
{
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct business_pause pauses[LIST_MOST];
        size_t n = read_pauses(pauses, cases[i].pauses);
        int64_t wanted;

        use(cases[i].zone, cases[i].week, cases[i].holidays);
        cr_assert(duration_parse(&wanted, cases[i].wanted));
        int64_t got = business_ms(&business, at(cases[i].from), at(cases[i].to), pauses, n);
        cr_expect_eq(got, wanted, "%s: %lld s, not %s", cases[i].name, (long long)got / 1000,
                     cases[i].wanted);
    }
    zone_done(&zone);
}

Test(business, times_without_bounds_end)
{
    use("Europe/Berlin", always, NULL);
    int64_t all = business_ms(&business, INT64_MIN, INT64_MAX, NULL, 0);
    /* From 1900 to 2200 UTC. */
    cr_expect_eq(all, INT64_C(7258118400000) + INT64_C(2208988800000));
    zone_done(&zone);
}

Test(business, many_pauses_are_merged_too)
{
    struct business_pause pauses[100];
    int64_t monday = at("2026-11-23T09:00:00+01:00");

    use("Europe/Berlin", office, NULL);
    /* From the last to the first: each minute of the first 100 is paused, by two of them. */
    for (int i = 0; i < 100; i++)
        pauses[i] =
            (struct business_pause){ monday + (99 - i) * 60000, monday + (101 - i) * 60000 };
    cr_expect_eq(business_ms(&business, monday, monday + AT(8, 0), pauses, 100),
                 AT(8, 0) - 101 * 60000);
    zone_done(&zone);
}

Test(business, a_usual_day_is_the_median_of_those_that_are_open)
{
    use("UTC", office, NULL);
    cr_expect_eq(calendar_day_ms(&calendar), AT(8, 0));
    use("UTC", lunch, NULL);
    cr_expect_eq(calendar_day_ms(&calendar), AT(7, 30), "Fridays are shorter");
    use("UTC", two, NULL);
    cr_expect_eq(calendar_day_ms(&calendar), AT(8, 0), "5 h and 8 h");
    use("UTC", mixed, NULL);
    cr_expect_eq(calendar_day_ms(&calendar), AT(7, 30), "5 h, 5 h, 7.5 h, 8 h and 24 h");
    use("UTC", closed, NULL);
    cr_expect_eq(calendar_day_ms(&calendar), 0);
    zone_done(&zone);
}
