/* calendar: the section `calendar`, turned into the hours of each weekday. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/internal.h"
#include "core/text.h"
#include "core/time.h"
#include "core/zone.h"

enum { DAYS = 7, NAME_LEAST = 3 };

static const char *const day_names[] = { "monday", "tuesday",  "wednesday", "thursday",
                                         "friday", "saturday", "sunday",    NULL };
static const struct calendar_hours usual = { INT64_C(9) * HOUR_MS, INT64_C(17) * HOUR_MS };

struct build {
    struct option_context *context;
    struct calendar *calendar;
    struct calendar_hours *hours[DAYS]; /* of the calendar's days; room for all there are */
};

/* ---- days ---- */

/* "mon", "Monday" and what is between; -1: none. */
static int day_of(const char *word, size_t len)
{
    for (int i = 0; len >= NAME_LEAST && day_names[i]; i++)
        if (len <= strlen(day_names[i]) && strncasecmp(day_names[i], word, len) == 0)
            return i;
    return -1;
}

static bool not_days(struct build *build, const struct yaml *at)
{
    return complain(&build->context->complaints, at, "hours: \"%s\" are not days like mon-fri",
                    at->text);
}

static bool unknown_day(struct build *build, const struct yaml *at, const char *word, size_t len)
{
    static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL };
    struct yaml part = *at;

    part.text = arena_print(build->context->arena, "%.*s", (int)len, word);
    return complain_word(&build->context->complaints, &part, "unknown day",
                         len > NAME_LEAST + 1 ? day_names : names);
}

/* The day at *text, which moves behind it and its blanks; false: there is none. */
static bool parse_day(struct build *build, int *day, const char **text, const struct yaml *at)
{
    size_t len = strcspn(*text, ", -");

    *day = day_of(*text, len);
    if (*day < 0) {
        (void)(len > 0 ? unknown_day(build, at, *text, len) : not_days(build, at));
        return false;
    }
    *text += len;
    *text += strspn(*text, " ");
    return true;
}

static bool skip(const char **text, char what)
{
    if (**text != what)
        return false;
    *text += 1 + strspn(*text + 1, " ");
    return true;
}

/* "mon-fri", "sun-thu", "mon,wed": a bit for each day. */
static bool parse_days(struct build *build, unsigned *days, const char *text, const struct yaml *at)
{
    *days = 0;
    do {
        int first, last;

        if (!parse_day(build, &first, &text, at))
            return false;
        last = first;
        if (skip(&text, '-') && !parse_day(build, &last, &text, at))
            return false;
        for (int day = first; day != last; day = (day + 1) % DAYS)
            *days |= 1u << day;
        *days |= 1u << last;
    } while (skip(&text, ','));
    return !*text || not_days(build, at);
}

/* ---- hours ---- */

/* "9:00", "24:00" */
static bool parse_clock(int64_t *ms, const char **text)
{
    static const char digits[] = "0123456789";
    size_t len = strspn(*text, digits);
    long hour = strtol(*text, NULL, 10), minute;

    if (len < 1 || len > 2 || (*text)[len] != ':' || strspn(*text + len + 1, digits) != 2)
        return false;
    minute = strtol(*text + len + 1, NULL, 10);
    *text += len + 3;
    *ms = hour * HOUR_MS + minute * MINUTE_MS;
    return minute < 60 && *ms <= DAY_MS;
}

static bool parse_hours(struct build *build, struct calendar_hours *hours, const struct yaml *at)
{
    struct complaints *c = &build->context->complaints;
    const char *text = at->text;
    bool ok = parse_clock(&hours->from_ms, &text);
    int first = (int)(text - at->text);

    text += strspn(text, " ");
    ok = ok && *text++ == '-';
    text += ok ? strspn(text, " ") : 0;
    const char *second = text;
    if (!ok || !parse_clock(&hours->to_ms, &text) || *text)
        return complain(c, at, "hours: \"%s\" is not like 09:00-17:00", at->text);
    if (hours->to_ms > hours->from_ms)
        return true;
    if (hours->to_ms == 0)
        return complain(c, at, "hours: \"%s\": a day ends at 24:00; did you mean \"%.*s-24:00\"?",
                        at->text, first, at->text);
    if (hours->to_ms == hours->from_ms)
        return complain(c, at, "hours: \"%s\" is no time at all", at->text);
    return complain(c, at,
                    "hours: \"%s\" ends before it begins; over midnight there are two, %.*s-24:00 "
                    "and, of the next day, 00:00-%s",
                    at->text, first, at->text, second);
}

/* false: they overlap others. */
static bool add_hours(struct build *build, int weekday, struct calendar_hours hours)
{
    struct calendar_day *day = &build->calendar->days[weekday];
    struct calendar_hours *list = build->hours[weekday];
    size_t at = day->count;

    while (at > 0 && list[at - 1].from_ms >= hours.from_ms)
        at--;
    if ((at > 0 && list[at - 1].to_ms > hours.from_ms) ||
        (at < day->count && list[at].from_ms < hours.to_ms))
        return false;
    memmove(&list[at + 1], &list[at], (day->count++ - at) * sizeof(*list));
    list[at] = hours;
    return true;
}

static void load_hours(struct build *build, unsigned days, const struct yaml *at)
{
    struct calendar_hours hours = { 0 };

    if (!parse_hours(build, &hours, at))
        return;
    for (int i = 0; i < DAYS; i++) {
        if ((days & 1u << i) && !add_hours(build, i, hours)) {
            (void)complain(&build->context->complaints, at,
                           "hours: \"%s\" overlaps other hours of %s", at->text, day_names[i]);
            return;
        }
    }
}

/* One of section's `hours`, with its days as the key or, in a list, beside it. false: it was
 * complained of before. */
static bool load_days(struct build *build, const struct yaml *section, size_t i,
                      const struct calendar_days_settings *settings)
{
    const struct yaml *value = &section->items[i], *at = value, *hours = value;
    unsigned days;

    if (section->kind == YAML_MAP)
        at = &section->keys[i];
    else if (yaml_get(value, "days"))
        at = yaml_get(value, "days");
    if (value->kind == YAML_MAP)
        hours = yaml_get(value, "hours");
    if (value->wrong || !hours) /* and there is room for what was taken only */
        return false;
    if (!parse_days(build, &days, settings->days, at))
        return true;
    if (hours->kind == YAML_SCALAR)
        load_hours(build, days, hours);
    for (size_t j = 0; hours->kind == YAML_LIST && j < hours->count; j++)
        load_hours(build, days, &hours->items[j]);
    return true;
}

static void load_week(struct build *build, const struct dx_items *items, const struct yaml *section)
{
    const struct calendar_days_settings *settings = items->item;
    struct complaints *c = &build->context->complaints;
    size_t room = 0, open = 0, before = c->count;
    bool whole = true;

    for (size_t i = 0; i < items->count; i++)
        room += settings[i].hours.count;
    for (int i = 0; i < DAYS; i++) {
        build->hours[i] = arena_alloc(build->context->arena, (room + 1) * sizeof(*build->hours[i]));
        build->calendar->days[i] = (struct calendar_day){ .hours = build->hours[i] };
    }
    for (size_t i = 0; i < items->count; i++)
        whole &= load_days(build, section, i, &settings[i]);
    for (int i = 0; i < DAYS; i++)
        open += build->calendar->days[i].count;
    if (whole && open == 0 && c->count == before)
        (void)complain(c, section, "hours: no day is open; write them like {mon-fri: 09:00-17:00}");
}

void hours_load(struct option_context *context, struct calendar *calendar,
                const struct dx_items *items, const struct yaml *section)
{
    struct build build = { .context = context, .calendar = calendar };

    load_week(&build, items, section);
}

/* ---- holidays ---- */

static int by_day(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* timegm() takes February 30 for March 2, which would be written otherwise. */
static bool parse_date(int64_t *day, const char *text)
{
    char whole[TIME_TEXT], back[TIME_TEXT];
    int n = snprintf(whole, sizeof(whole), "%.10sT00:00:00Z", text);
    int64_t ms = time_parse(whole, (size_t)n);

    *day = ms / DAY_MS;
    return strlen(text) == 10 && ms > 0 && strncmp(time_format(back, ms), text, 10) == 0;
}

static void load_holidays(struct build *build, const struct dx_items *items,
                          const struct yaml *section)
{
    int64_t *days = arena_alloc(build->context->arena, (items->count + 1) * sizeof(*days));

    for (size_t i = 0; i < items->count; i++) {
        const struct yaml *at = section->kind == YAML_LIST ? &section->items[i] : section;

        if (!parse_date(&days[i], at->text))
            (void)complain(&build->context->complaints, at,
                           "holidays: \"%s\" is not a date like 2026-12-25", at->text);
    }
    qsort(days, items->count, sizeof(*days), by_day);
    build->calendar->holidays = days;
    build->calendar->holiday_count = items->count;
}

void calendar_load(struct option_context *context, struct calendar *calendar,
                   const struct yaml *section)
{
    struct build build = { .context = context, .calendar = calendar };
    struct calendar_settings settings = { .zone = "" };
    struct dx_error err = { 0 };

    *calendar = (struct calendar){ .zone = "" };
    for (int i = 0; i < DAYS - 2; i++)
        calendar->days[i] = (struct calendar_day){ &usual, 1 };
    if (!section || section->kind == YAML_NULL ||
        !options_judge(context, section, config_calendar_options, NULL, NULL) ||
        !options_fill(context, &settings, config_calendar_options, section))
        return;
    calendar->zone = settings.zone;
    if (!zone_check(settings.zone, &err))
        (void)complain(&context->complaints, yaml_get(section, "zone"), "zone: %s", err.text);
    const struct yaml *hours = yaml_given(section, "hours");
    if (hours)
        load_week(&build, &settings.hours, hours);
    const struct yaml *holidays = yaml_get(section, "holidays");
    if (settings.holidays.count > 0)
        load_holidays(&build, &settings.holidays, holidays);
}
