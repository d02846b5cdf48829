#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_kit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool load(const char *text)
{
    return config_kit_load(text, NULL);
}

/* "9:00-12:00 13:00-17:30, 0:00-24:00, , , , , ": the days from Monday. */
static void write_week(char *out, size_t cap)
{
    size_t n = 0;

    for (size_t day = 0; day < 7; day++) {
        const struct calendar_day *d = &config.calendar.days[day];

        for (size_t i = 0; i < d->count; i++) {
            int from = (int)(d->hours[i].from_ms / 60000), to = (int)(d->hours[i].to_ms / 60000);

            n += (size_t)snprintf(out + n, cap - n, "%s%d:%02d-%d:%02d", i ? " " : "", from / 60,
                                  from % 60, to / 60, to % 60);
        }
        if (day < 6)
            n += (size_t)snprintf(out + n, cap - n, ", ");
    }
}

#define USUAL "9:00-17:00, 9:00-17:00, 9:00-17:00, 9:00-17:00, 9:00-17:00, , "

static const struct {
    const char *name, *text, *week;
} weeks[] = {
    { "no calendar", "title: x\n", USUAL },
    { "no file", "", USUAL },
    { "an empty one", "calendar:\n", USUAL },
    { "no hours", "calendar: {zone: UTC}\n", USUAL },
    { "hours without a value", "calendar: {hours: }\n", USUAL },
    { "what is the usual", "calendar: {hours: {mon-fri: 09:00-17:00}}\n", USUAL },
    { "two openings, one day, a closed one",
      "calendar:\n  hours:\n    mon-thu: [09:00-12:00, 13:00-17:30]\n    fri: 09:00-14:00\n"
      "    sat: []\n",
      "9:00-12:00 13:00-17:30, 9:00-12:00 13:00-17:30, 9:00-12:00 13:00-17:30, "
      "9:00-12:00 13:00-17:30, 9:00-14:00, , " },
    { "around the clock", "calendar: {hours: {mon-sun: 00:00-24:00}}\n",
      "0:00-24:00, 0:00-24:00, 0:00-24:00, 0:00-24:00, 0:00-24:00, 0:00-24:00, 0:00-24:00" },
    { "a week that begins on Sunday", "calendar: {hours: {sun-thu: 8:00-16:00}}\n",
      "8:00-16:00, 8:00-16:00, 8:00-16:00, 8:00-16:00, , , 8:00-16:00" },
    { "several days, in full, in capitals, with blanks",
      "calendar:\n  hours:\n    Mon, WEDNESDAY , fri - sat: 09:00 - 10:05\n",
      "9:00-10:05, , 9:00-10:05, , 9:00-10:05, 9:00-10:05, " },
    { "out of order, from two keys",
      "calendar:\n  hours:\n    mon-tue: [13:00-17:00, 09:00-12:00]\n    tue: 12:00-13:00\n",
      "9:00-12:00 13:00-17:00, 9:00-12:00 12:00-13:00 13:00-17:00, , , , , " },
    { "as a list",
      "calendar:\n  hours:\n    - {days: mon, hours: 09:00-10:00}\n"
      "    - {days: tue, hours: [10:00-11:00]}\n",
      "9:00-10:00, 10:00-11:00, , , , , " },
};

Test(config_calendar, weeks_as_people_write_them)
{
    for (size_t i = 0; i < COUNT(weeks); i++) {
        char week[512] = "";

        cr_expect(load(weeks[i].text), "%s: %s", weeks[i].name, said);
        write_week(week, sizeof(week));
        cr_expect_str_eq(week, weeks[i].week, "%s: %s", weeks[i].name, week);
        config_done(&config);
    }
}

Test(config_calendar, zone_and_holidays)
{
    cr_assert(load("calendar:\n"), "%s", said);
    cr_expect_str_eq(config.calendar.zone, "", "that of the machine");
    cr_expect_eq(config.calendar.holiday_count, 0);
    config_done(&config);
    cr_assert(load("calendar:\n  zone: Europe/Berlin\n"
                   "  holidays: [2026-12-25, 2024-02-29, 1970-01-02]\n"),
              "%s", said);
    cr_expect_str_eq(config.calendar.zone, "Europe/Berlin");
    cr_assert_eq(config.calendar.holiday_count, 3);
    cr_expect_eq(config.calendar.holidays[0], 1, "in order");
    cr_expect_eq(config.calendar.holidays[1], 19782);
    cr_expect_eq(config.calendar.holidays[2], 20812);
    config_done(&config);
    cr_assert(load("calendar: {holidays: 2026-12-25}\n"), "%s", said);
    cr_expect_eq(config.calendar.holiday_count, 1);
    config_done(&config);
}

#define HOURS "calendar:\n  hours:\n    "

static const struct {
    const char *text, *complaint;
} bad[] = {
    { "calendar: 7\n", "t.yaml:1:11: this has to be a mapping of keys to values\n" },
    { "calendar:\n  zoen: UTC\n", "t.yaml:2:3: unknown key \"zoen\"; did you mean \"zone\"?\n" },
    { "calendar:\n  zone: Europe/Berln\n",
      "t.yaml:2:9: zone: there is no \"Europe/Berln\"; did you mean \"Europe/Berlin\"?\n" },
    { "calendar:\n  hours: 09:00-17:00\n", "t.yaml:2:10: hours: \"09:00-17:00\" is not a mapping" },
    { HOURS "mno-fri: 09:00-17:00\n", "t.yaml:3:5: unknown day \"mno\"; did you mean \"mon\"?\n" },
    { HOURS "mon-firday: 09:00-17:00\n",
      "t.yaml:3:5: unknown day \"firday\"; did you mean \"friday\"?\n" },
    { HOURS "monk: 09:00-17:00\n", "t.yaml:3:5: unknown day \"monk\"; did you mean \"mon\"?\n" },
    { HOURS "mo: 09:00-17:00\n", "t.yaml:3:5: unknown day \"mo\"; did you mean \"mon\"?\n" },
    { HOURS "mon,: 09:00-17:00\n", "t.yaml:3:5: hours: \"mon,\" are not days like mon-fri\n" },
    { HOURS "mon tue: 09:00-17:00\n",
      "t.yaml:3:5: hours: \"mon tue\" are not days like mon-fri\n" },
    { HOURS "- {hours: 09:00-17:00}\n", "t.yaml:3:8: hours: \"\" are not days like mon-fri\n" },
    { HOURS "- {days: mondy, hours: 09:00-17:00}\n",
      "t.yaml:3:14: unknown day \"mondy\"; did you mean \"monday\"?\n" },
    { HOURS "mon: 9-17\n", "t.yaml:3:10: hours: \"9-17\" is not like 09:00-17:00\n" },
    { HOURS "mon: 09:00-17:60\n", "t.yaml:3:10: hours: \"09:00-17:60\" is not like 09:00-17:00\n" },
    { HOURS "mon: 09:00-24:01\n", "t.yaml:3:10: hours: \"09:00-24:01\" is not like 09:00-17:00\n" },
    { HOURS "mon: 09:00-17:00x\n",
      "t.yaml:3:10: hours: \"09:00-17:00x\" is not like 09:00-17:00\n" },
    { HOURS "mon: 09:00-12:00, 13:00-17:00\n",
      "t.yaml:3:10: hours: \"09:00-12:00, 13:00-17:00\" is not like 09:00-17:00\n" },
    { HOURS "mon: [09:00-12:00, 13:00]\n",
      "t.yaml:3:24: hours: \"13:00\" is not like 09:00-17:00\n" },
    { HOURS "mon: 22:00-06:00\n",
      "t.yaml:3:10: hours: \"22:00-06:00\" ends before it begins; over midnight there are two, "
      "22:00-24:00 and, of the next day, 00:00-06:00\n" },
    { HOURS "mon: 18:00-00:00\n",
      "t.yaml:3:10: hours: \"18:00-00:00\": a day ends at 24:00; did you mean "
      "\"18:00-24:00\"?\n" },
    { HOURS "mon: 09:00-09:00\n", "t.yaml:3:10: hours: \"09:00-09:00\" is no time at all\n" },
    { HOURS "mon-fri: 09:00-17:00\n    fri: 16:00-18:00\n",
      "t.yaml:4:10: hours: \"16:00-18:00\" overlaps other hours of friday\n" },
    { HOURS "mon: [10:00-12:00, 09:00-11:00]\n",
      "t.yaml:3:24: hours: \"09:00-11:00\" overlaps other hours of monday\n" },
    { HOURS "mon: [10:00-12:00, 10:00-11:00]\n",
      "t.yaml:3:24: hours: \"10:00-11:00\" overlaps other hours of monday\n" },
    { HOURS "mon: [[09:00-17:00]]\n", "t.yaml:3:" },
    { HOURS "mon: {days: tue}\n", "t.yaml:3:11: \"hours\" is missing: " },
    { "calendar:\n  hours: {}\n",
      "t.yaml:2:3: hours: no day is open; write them like {mon-fri: 09:00-17:00}\n" },
    { HOURS "sat: []\n",
      "t.yaml:3:5: hours: no day is open; write them like {mon-fri: 09:00-17:00}\n" },
    { "calendar:\n  holidays: [2026-12-25, 2026-02-29]\n",
      "t.yaml:2:26: holidays: \"2026-02-29\" is not a date like 2026-12-25\n" },
    { "calendar:\n  holidays: [2026-12-25T00:00:00Z]\n",
      "t.yaml:2:14: holidays: \"2026-12-25T00:00:00Z\" is not a date like 2026-12-25\n" },
    { "calendar:\n  holidays: 25.12.2026\n",
      "t.yaml:2:13: holidays: \"25.12.2026\" is not a date like 2026-12-25\n" },
};

Test(config_calendar, every_complaint_has_its_place_and_a_suggestion)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect_not(load(bad[i].text), "%s", bad[i].text);
        cr_expect(strncmp(said, bad[i].complaint, strlen(bad[i].complaint)) == 0,
                  "%s\nwanted: %s\ngot:    %s", bad[i].text, bad[i].complaint, said);
        config_done(&config);
    }
}

Test(config_calendar, all_complaints_come_together)
{
    cr_expect_not(load("calendar:\n  zone: Mars\n  hours: {mon: 9, tue: 10}\n"
                       "  holidays: [x, y]\n"));
    cr_expect(strstr(said, "\"Mars\"") && strstr(said, "\"9\"") && strstr(said, "\"10\"") &&
                  strstr(said, "\"x\"") && strstr(said, "\"y\""),
              "%s", said);
    config_done(&config);
}
