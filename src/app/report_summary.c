/* report_summary: what a reader is to know who reads nothing else, worst first, in
 * sentences: key numbers past their goals, what got worse, incidents, flaky jobs,
 * tickets. Each has a state, as key numbers have. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report.h"
#include "app/report_words.h"
#include "core/buf.h"
#include "core/time.h"
#include "insight/reach.h"

enum { SENTENCE = 512 };

static void say(json_t *list, const char *state, const char *text)
{
    (void)json_array_append_new(list, json_pack("{s:s, s:s}", "state", state, "text", text));
}

static const char *plural(json_int_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- what it is made of ---- */

/* Of a part of the window what is said is of that part. */
static void say_reach(json_t *list, const json_t *model)
{
    const int64_t first_ms = report_time(model, "runs_from");
    const double window_s = report_number(model, "window_s");
    char text[SENTENCE], first[REPORT_TEXT], window[REPORT_TEXT];

    if (first_ms == 0 ||
        reaches(first_ms, report_time(model, "from"), (int64_t)window_s * SECOND_MS))
        return;
    (void)snprintf(text, sizeof(text), "Runs and jobs are known since %s only, not of all %s",
                   report_moment(first, first_ms), report_window(window, window_s));
    say(list, "few", text);
}

/* ---- key numbers ---- */

static void say_goals(json_t *list, const json_t *numbers, const char *state)
{
    char text[SENTENCE], value[REPORT_TEXT], goal[REPORT_TEXT], before[REPORT_TEXT];
    const json_t *kpi;
    size_t i;

    json_array_foreach (numbers, i, kpi) {
        bool known = json_is_number(json_object_get(kpi, "previous"));

        if (strcmp(report_text(kpi, "state"), state) != 0)
            continue;
        (void)snprintf(
            text, sizeof(text), "%s: %s, goal %s%s%s", report_text(kpi, "name"),
            report_kpi_value(value, kpi), report_goal(goal, kpi), known ? ", before " : "",
            known ? report_value(before, report_text(kpi, "unit"), report_number(kpi, "previous"))
                  : "");
        say(list, state, text);
    }
}

static void say_all_is_well(json_t *list, const json_t *numbers)
{
    json_int_t good = 0, goals = 0;
    char text[SENTENCE];
    const json_t *kpi;
    size_t i;

    json_array_foreach (numbers, i, kpi) {
        good += strcmp(report_text(kpi, "state"), "good") == 0;
        goals += json_is_number(json_object_get(kpi, "target"));
    }
    if (good == 0 || json_array_size(list) > 0)
        return;
    if (good == goals)
        (void)snprintf(text, sizeof(text), "All key numbers that have a goal are within it");
    else
        (void)snprintf(text, sizeof(text),
                       "Within their goals: %lld of %lld key numbers; of the others there is too "
                       "little to say",
                       (long long)good, (long long)goals);
    say(list, "good", text);
}

/* ---- what got worse ---- */

static void say_worse(json_t *list, const json_t *worse)
{
    const size_t count = json_array_size(worse);
    char text[SENTENCE], what[SENTENCE / 2], now[REPORT_TEXT], before[REPORT_TEXT];
    const json_t *one = json_array_get(worse, 0);
    const char *kind = report_text(one, "what");

    if (count == 0)
        return;
    (void)report_value(now, report_text(one, "unit"), report_number(one, "value"));
    (void)report_value(before, report_text(one, "unit"), report_number(one, "before"));
    (void)snprintf(text, sizeof(text),
                   "%zu thing%s got worse, most of all %s of %s%s%s: %s, was %s", count,
                   plural((json_int_t)count),
                   strcmp(kind, "success_rate") == 0 ? "the success rate"
                   : strcmp(kind, "queue_p95") == 0  ? "the queue p95"
                                                     : "the duration",
                   report_what(what, sizeof(what), one),
                   *report_text(one, "pool") ? " · " : "", /* each system has a "linux" */
                   *report_text(one, "pool") ? report_text(one, "source") : "", now, before);
    say(list, "warn", text);
}

/* "; it goes on", "; 2 were open at the last answer" behind text. */
static void say_open(char text[SENTENCE], size_t open, size_t count, const char *state)
{
    const bool now = strcmp(state, "goes on") == 0;
    const size_t len = strlen(text);
    const char *who = count == 1 ? "it" : "one", *was = now ? "" : "was ";
    char number[24];

    if (open == 0)
        return;
    if (open > 1) {
        (void)snprintf(number, sizeof(number), "%zu", open);
        who = number;
        was = now ? "" : "were ";
        state = now ? "go on" : state;
    }
    (void)snprintf(text + len, SENTENCE - len, "; %s %s%s", who, was, state);
}

static void say_incidents(json_t *list, const json_t *model)
{
    const json_t *incidents = json_object_get(model, "incidents");
    const size_t count = json_array_size(incidents);
    char text[SENTENCE], all[REPORT_TEXT], longest[REPORT_TEXT];
    double sum = 0., most = 0.;
    const char *state = "";
    size_t open = 0;
    const json_t *one;
    size_t i;

    if (count == 0)
        return;
    json_array_foreach (incidents, i, one) {
        double s = report_number(one, "duration_s");

        sum += s;
        most = fmax(most, s);
        if (json_is_string(json_object_get(one, "ended")))
            continue;
        open++;
        state = report_lasts(model, one);
    }
    (void)report_value(all, "seconds", sum);
    (void)report_value(longest, "seconds", most);
    if (count == 1)
        (void)snprintf(text, sizeof(text), "1 incident of the platform, %s", all);
    else
        (void)snprintf(text, sizeof(text),
                       "%zu incidents of the platform, %s in all, the longest %s", count, all,
                       longest);
    say_open(text, open, count, state);
    say(list, open > 0 ? "bad" : "warn", text);
}

/* ---- flaky jobs, tickets ---- */

static void say_broken(json_t *list, json_int_t broken)
{
    char text[SENTENCE];

    (void)snprintf(text, sizeof(text), "%lld job%s every time", (long long)broken,
                   broken == 1 ? " fails" : "s fail");
    if (broken > 0)
        say(list, "plain", text);
}

/* The list has suspects and broken jobs, too: those are not flaky. */
static void say_flaky(json_t *list, const json_t *jobs)
{
    char text[SENTENCE], what[SENTENCE / 2], all[REPORT_TEXT], most[REPORT_TEXT];
    const json_t *first = NULL, *one;
    json_int_t flaky = 0, broken = 0;
    double minutes = 0.;
    size_t i;

    json_array_foreach (jobs, i, one) {
        broken += strcmp(report_text(one, "state"), "broken") == 0;
        if (strcmp(report_text(one, "state"), "flaky") != 0)
            continue;
        first = first ? first : one; /* by the time they cost */
        minutes += report_number(one, "lost_min");
        flaky++;
    }
    if (minutes >= 1.) {
        (void)report_value(all, "seconds", 60. * minutes);
        (void)report_value(most, "seconds", 60. * report_number(first, "lost_min"));
        (void)snprintf(text, sizeof(text), "%lld flaky job%s cost %s in 14 days, %s alone %s",
                       (long long)flaky, plural(flaky), all, report_what(what, sizeof(what), first),
                       most);
        say(list, "plain", text);
    }
    say_broken(list, broken);
}

static void say_tickets(json_t *list, const json_t *tickets)
{
    json_int_t opened = 0, closed = 0, breached = 0, open = 0;
    char text[SENTENCE];
    const json_t *one;
    size_t i;

    if (json_array_size(tickets) == 0)
        return;
    json_array_foreach (tickets, i, one) {
        opened += report_count(one, "opened");
        closed += report_count(one, "closed");
        open += report_count(one, "open");
        breached += report_count(one, "sla_breached");
    }
    (void)snprintf(text, sizeof(text),
                   "%lld ticket%s opened, %lld closed, %lld open at the end; %lld passed an SLA",
                   (long long)opened, plural(opened), (long long)closed, (long long)open,
                   (long long)breached);
    say(list, breached > 0 ? "warn" : "plain", text);
}

json_t *report_summary(const json_t *model)
{
    const json_t *numbers = json_object_get(model, "kpis");
    json_t *list = json_array();

    say_goals(list, numbers, "bad");
    say_goals(list, numbers, "warn");
    say_all_is_well(list, numbers);
    say_reach(list, model);
    say_incidents(list, model);
    say_worse(list, json_object_get(model, "worse"));
    say_tickets(list, json_object_get(model, "tickets"));
    say_flaky(list, json_object_get(model, "flaky"));
    return list;
}
