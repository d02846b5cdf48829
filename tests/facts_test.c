/* What the headline is made of: what is wrong, in words. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/bars.h"
#include "app/facts.h"
#include "app/page.h"
#include "app_kit.h"
#include "reader.h"

TestSuite(facts, .timeout = 20);

static void alert(const char *name, enum dx_severity severity, enum dx_alert_state state)
{
    struct fake_row *row = fake_add(DX_QUERY_ALERTS);

    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_SEVERITY, severity);
    fake_set(row, DX_FIELD_STATE, state);
}

static void source(enum dx_source_state state, int64_t limit, int64_t remaining)
{
    struct fake_row *row = fake_add(DX_QUERY_SOURCES);

    fake_text(row, DX_FIELD_SOURCE, "src");
    fake_text(row, DX_FIELD_TEXT, "why");
    fake_set(row, DX_FIELD_STATE, state);
    fake_set(row, DX_FIELD_LIMIT, (double)limit);
    fake_set(row, DX_FIELD_REMAINING, (double)remaining);
}

/* Of the last good answer. */
static void answered(int64_t ago_ms, int64_t every_ms)
{
    fake_set(&fake.row[fake.count - 1], DX_FIELD_LAST_OK, (double)(T0 - ago_ms));
    fake_set(&fake.row[fake.count - 1], DX_FIELD_EVERY, (double)every_ms);
}

static void read_facts(struct facts *facts)
{
    struct reader reader = fake_reader();

    facts_read(facts, &reader, T0);
    facts_sort(facts);
    cr_expect_eq(fake.open, 0);
}

/* Its last poll was good, and nobody has polled it since. */
Test(facts, what_nobody_polls_any_more_is_not_live)
{
    static struct facts facts;

    source(DX_SOURCE_LIVE, 0, 0);
    answered(2 * MINUTE, MINUTE);
    source(DX_SOURCE_LIVE, 0, 0);
    answered(2 * MINUTE + 1, MINUTE);
    source(DX_SOURCE_FILLING, 0, 0);
    answered(10 * MINUTE, MINUTE);
    source(DX_SOURCE_LIMITED, 0, 0); /* that word says more */
    answered(10 * MINUTE, MINUTE);
    read_facts(&facts);
    cr_expect_eq(facts.lights[LIGHT_LIVE], 1);
    cr_expect_eq(facts.lights[LIGHT_STALE], 2);
    cr_expect_eq(facts.lights[LIGHT_LIMITED], 1);
    cr_expect_eq(facts.ok_ms, T0 - 10 * MINUTE);
}

/* Those of others are not meant: what they brought a part of is no alerts. */
Test(facts, that_not_all_alerts_of_a_source_came_is_known)
{
    static struct facts facts;

    source(DX_SOURCE_LIVE, 0, 0);
    fake_set(&fake.row[fake.count - 1], DX_FIELD_YIELDS, 1 << DX_KIND_ALERT);
    source(DX_SOURCE_LIVE, 0, 0);
    fake_set(&fake.row[fake.count - 1], DX_FIELD_NONE_SINCE, (double)T0);
    read_facts(&facts);
    cr_expect_not(facts.part);
    fake_set(&fake.row[fake.count - 1], DX_FIELD_YIELDS, 1 << DX_KIND_ALERT);
    read_facts(&facts);
    cr_expect(facts.part);
}

static void incident(const char *summary, int64_t since_ms)
{
    alert("PlatformIncident", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    fake_text(&fake.row[fake.count - 1], DX_FIELD_SOURCE, "dxtop");
    fake_text(&fake.row[fake.count - 1], DX_FIELD_SUMMARY, summary);
    fake_set(&fake.row[fake.count - 1], DX_FIELD_SINCE, (double)since_ms);
}

/* Neither its name within the program, nor lines of logs, nor a time as machines write it. */
Test(facts, an_incident_reads_as_people_write)
{
    static struct facts facts;
    char when[32], expected[100];
    time_t since;

    setenv("TZ", "UTC", 1);
    tzset();
    incident("registry: 10 jobs of 7 projects failed on linux; the last: github: too many",
             T0 - DAY / 2);
    incident("runner: 3 jobs of 1 project failed; the last: x: y", T0 - 2 * DAY);
    read_facts(&facts);
    since = (time_t)((T0 - DAY / 2) / 1000);
    (void)strftime(when, sizeof(when), "%H:%M", gmtime(&since));
    (void)snprintf(expected, sizeof(expected),
                   "10 jobs of 7 projects failed on linux since %s, for 12h 00m", when);
    cr_expect_str_eq(facts.fact[0].subject, "registry");
    cr_expect_str_eq(facts.fact[0].sentence, expected);
    since = (time_t)((T0 - 2 * DAY) / 1000);
    (void)strftime(when, sizeof(when), "%a %H:%M", gmtime(&since));
    (void)snprintf(expected, sizeof(expected), "3 jobs of 1 project failed since %s, for 2d 00h",
                   when);
    cr_expect_str_eq(facts.fact[1].subject, "runner");
    cr_expect_str_eq(facts.fact[1].sentence, expected);
}

static void ended(const char *name, const char *source, const char *summary)
{
    struct fake_row *row = fake_add(DX_QUERY_ENDED);

    fake_text(row, DX_FIELD_NAME, name);
    fake_text(row, DX_FIELD_SOURCE, source);
    fake_text(row, DX_FIELD_SUMMARY, summary);
    fake_set(row, DX_FIELD_ENDED, (double)(T0 - MINUTE));
}

Test(facts, an_alert_that_is_over_is_named_where_none_fires)
{
    static struct facts facts;

    ended("over", "am", "it was: full");
    read_facts(&facts);
    cr_expect_str_eq(facts.last_ended, "over");
    alert("bad", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    read_facts(&facts);
    cr_expect_eq(facts.last_ended_ms, 0);
}

/* What they said when somebody looked last is not told as what fires now, nor as nothing. */
Test(facts, rules_that_nobody_looks_at_are_said_to_be_so)
{
    static struct facts facts;
    struct fake_row *row = fake_add(DX_QUERY_UNSEEN);

    setenv("TZ", "UTC", 1);
    tzset();
    fake_set(row, DX_FIELD_SEEN, (double)(T0 - 3 * HOUR));
    alert("slow queue", DX_SEVERITY_CRITICAL, DX_ALERT_STALE);
    ended("over", "am", "it was: full");
    read_facts(&facts);
    cr_assert_eq(facts.fact_count, 1);
    cr_expect_eq(facts.bad, 0);
    cr_expect_eq(facts.warn, 1);
    cr_expect_str_eq(facts.fact[0].subject, "alert rules");
    cr_expect_str_eq(facts.fact[0].sentence, "not looked at since 11:13");
    cr_expect_eq(facts.last_ended_ms, 0, "that would read as if none fired");
    fake_set(row, DX_FIELD_SEEN, (double)(T0 - 2 * DAY));
    read_facts(&facts);
    cr_expect_str_eq(facts.fact[0].sentence, "not looked at since Sat 14:13");
    fake_set(row, DX_FIELD_SEEN, (double)(T0 - 9 * DAY));
    read_facts(&facts);
    cr_expect_str_eq(facts.fact[0].sentence, "not looked at since 12 Sep");
}

/* Not an alert of a rule: for those one sentence says it of all. */
Test(facts, an_alert_that_fired_and_is_not_seen_any_more_is_a_warning)
{
    static struct facts facts;

    setenv("TZ", "UTC", 1);
    tzset();
    for (int rule = 0; rule < 2; rule++) {
        alert("DiskFull", DX_SEVERITY_CRITICAL, DX_ALERT_STALE);
        fake_text(&fake.row[fake.count - 1], DX_FIELD_SOURCE, rule ? "dxtop" : "thanos");
        fake_set(&fake.row[fake.count - 1], DX_FIELD_STARTED, (double)(T0 - DAY));
        fake_set(&fake.row[fake.count - 1], DX_FIELD_SEEN, (double)(T0 - 3 * HOUR));
    }
    alert("Pending", DX_SEVERITY_CRITICAL, DX_ALERT_STALE);
    read_facts(&facts);
    cr_assert_eq(facts.fact_count, 1);
    cr_expect_eq(facts.warn, 1);
    cr_expect_str_eq(facts.fact[0].subject, "DiskFull");
    cr_expect_str_eq(facts.fact[0].sentence, "fired, and was not seen since 11:13");
}

Test(facts, an_incident_that_is_over_is_named_by_what_failed)
{
    static struct facts facts;

    ended("PlatformIncident", "dxtop", "registry: 10 jobs of 7 projects failed");
    read_facts(&facts);
    cr_expect_eq(facts.fact_count, 0);
    cr_expect_str_eq(facts.last_ended, "registry");
    cr_expect_eq(facts.last_ended_ms, T0 - MINUTE);
}

Test(facts, what_fires_and_what_is_lost)
{
    static struct facts facts;

    alert("info", DX_SEVERITY_INFO, DX_ALERT_FIRING);
    alert("warn", DX_SEVERITY_WARNING, DX_ALERT_FIRING);
    alert("bad", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    alert("muted", DX_SEVERITY_CRITICAL, DX_ALERT_SILENCED);
    alert("soon", DX_SEVERITY_CRITICAL, DX_ALERT_PENDING);
    source(DX_SOURCE_LIVE, 100, 40);
    source(DX_SOURCE_FILLING, 0, 0);
    source(DX_SOURCE_LIMITED, 100, 20);
    source(DX_SOURCE_LOST, 0, 0);
    source(DX_SOURCE_NEW, 0, 0);
    read_facts(&facts);
    cr_expect_eq(facts.bad, 1);
    cr_expect_eq(facts.warn, 2);
    cr_expect_str_eq(facts.fact[0].subject, "bad");
    cr_expect_str_eq(facts.fact[0].sentence, "fires");
    cr_expect_str_eq(facts.fact[1].subject, "warn");
    cr_expect_str_eq(facts.fact[2].subject, "src");
    cr_expect_str_eq(facts.fact[2].sentence, "why");
    cr_expect_eq(facts.lights[LIGHT_LIVE], 2);
    cr_expect_eq(facts.lights[LIGHT_LIMITED], 1);
    cr_expect_eq(facts.lights[LIGHT_LOST], 1);
    cr_expect_eq(facts.lights[LIGHT_NONE], 1);
    cr_expect_float_eq(facts.budget, 0.2, 1e-9);
    facts_add(&facts, DX_ROLE_BAD, "bad", "fires"); /* a panel says the same */
    cr_expect_eq(facts.bad, 1);
}

Test(facts, the_worst_is_there_however_many_there_are)
{
    static struct facts facts;
    char name[40][16];

    for (int i = 0; i < 40; i++) {
        snprintf(name[i], sizeof(name[i]), "w%d", i);
        alert(name[i], DX_SEVERITY_WARNING, DX_ALERT_FIRING);
    }
    alert("bad", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    read_facts(&facts);
    cr_expect_eq(facts.warn, 40);
    cr_expect_eq(facts.bad, 1);
    cr_expect_eq(facts.fact_count, FACTS_FINDINGS);
    cr_expect_str_eq(facts.fact[0].subject, "bad");
    cr_expect_str_eq(facts.fact[1].subject, "w0");
    cr_expect_str_eq(facts.fact[FACTS_FINDINGS - 1].subject, "w22");
}

/* A poll of each can be asked for by its name. */
Test(facts, sources_are_known_by_name_however_many_there_are)
{
    static struct facts facts;

    for (int i = 0; i < 60; i++)
        source(DX_SOURCE_LIVE, 0, 0);
    read_facts(&facts);
    cr_expect_eq(facts.source_count, 60);
    cr_expect_eq(facts.lights[LIGHT_STALE] + facts.lights[LIGHT_LIVE], 60);
}

/* Of 23 tickets that are over the number in front says 23, also where a panel told of fewer,
 * and where two panels tell of them. */
Test(facts, what_a_panel_had_no_room_for_is_counted)
{
    static struct facts facts;
    struct finding told[] = { { DX_ROLE_BAD, "DX-0", "is over" } };
    struct dx_panel panel = { .reads = 1u << DX_KIND_TICKET };
    uint64_t found[25];
    struct instance in = { .panel = &panel,
                           .last_ok_ms = T0,
                           .findings = told,
                           .finding_count = 1,
                           .found = found,
                           .found_count = 25 };
    char name[16];

    for (int i = 0; i < 25; i++) {
        snprintf(name, sizeof(name), "DX-%d", i);
        found[i] = finding_mark(i < 23 ? DX_ROLE_BAD : DX_ROLE_WARN, name, "is over");
    }
    read_facts(&facts);
    page_panel_findings(&in, &facts);
    cr_expect_eq(facts.fact_count, 1);
    cr_expect_eq(facts.bad, 23);
    cr_expect_eq(facts.warn, 2);
    page_panel_findings(&in, &facts);
    cr_expect_eq(facts.bad, 23);
    cr_expect_eq(facts.warn, 2);
}

static void number(const char *name, enum dx_kpi_state state, uint32_t reads)
{
    struct fake_row *row = fake_add(DX_QUERY_KPIS);

    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_STATE, state);
    fake_set(row, DX_FIELD_READS, reads);
}

/* Whichever view is shown; but not of what is stale, and what a panel has told once only. */
Test(facts, key_numbers_past_their_goals)
{
    static struct facts facts;
    struct reader reader = fake_reader();

    number("Queue p95", DX_KPI_WARN, 1u << DX_KIND_RUN);
    number("Flaky jobs", DX_KPI_BAD, 1u << DX_KIND_RUN);
    number("CI median", DX_KPI_GOOD, 1u << DX_KIND_RUN);
    number("Reply", DX_KPI_BAD, 1u << DX_KIND_TICKET);
    source(DX_SOURCE_LIVE, 0, 0);
    answered(2 * MINUTE + 1, MINUTE);
    fake_set(&fake.row[fake.count - 1], DX_FIELD_YIELDS, 1u << DX_KIND_TICKET);
    read_facts(&facts);
    facts_add(&facts, DX_ROLE_WARN, "Queue p95", "7m 12s, the goal is 5m");
    cr_expect_not(facts.numbers);
    facts_numbers(&facts, &reader, T0);
    cr_expect(facts.numbers);
    cr_expect_eq(facts.fact_count, 2);
    cr_expect_str_eq(facts.fact[0].subject, "Flaky jobs");
    cr_expect_str_eq(facts.fact[0].sentence, "past goal");
    cr_expect_str_eq(facts.fact[1].subject, "Queue p95");
    cr_expect_str_eq(facts.fact[1].sentence, "7m 12s, the goal is 5m");
    cr_expect(facts.bad == 1 && facts.warn == 1);
    cr_expect_not(facts.muted);
    alert("low", DX_SEVERITY_INFO, DX_ALERT_FIRING);
    read_facts(&facts);
    cr_expect(facts.muted);
}

static const char *line_of(const struct facts *facts)
{
    static char text[512];
    struct dx_canvas line;
    struct grid grid;

    grid_init(&grid, 1, 120, &glyph_sets[GLYPHS_ASCII]);
    line = canvas_of(&grid);
    bars_headline(&line, facts, "", T0);
    snprintf(text, sizeof(text), "%s", grid_line(&grid, 0));
    grid_done(&grid);
    return text;
}

/* Line 2 of a view that is looked at, whose panels find nothing. */
static const char *headline(void)
{
    static struct facts facts;
    struct reader reader = fake_reader();

    read_facts(&facts);
    facts.judged = true;
    facts_numbers(&facts, &reader, T0);
    return line_of(&facts);
}

/* A source that waits for its limit has a light that does not say how old its answer is. */
Test(facts, of_what_is_stale_nothing_is_said_to_be_well)
{
    static const enum dx_source_state states[] = { DX_SOURCE_LIVE, DX_SOURCE_LIMITED };

    for (size_t i = 0; i < 2; i++) {
        fake = (struct fake){ .count = 0 };
        source(states[i], 0, 0);
        answered(10 * MINUTE, MINUTE);
        fake_set(&fake.row[0], DX_FIELD_YIELDS, 1u << DX_KIND_RUN);
        number("CI median", DX_KPI_GOOD, 1u << DX_KIND_RUN);
        cr_expect_str_eq(headline(), " Within their goals when last heard of, 10m 00s ago.");
        number("Queue p95", DX_KPI_BAD, 1u << DX_KIND_RUN);
        cr_expect_str_eq(headline(), " Past a goal when last heard of, 10m 00s ago.");
        fake_set(&fake.row[0], DX_FIELD_LAST_OK, (double)T0);
        cr_expect_str_eq(headline(), "  X 1   Queue p95 past goal");
    }
}

/* What the viewer has it read, where a row is opened. */
static const char *opened(void)
{
    draw_frame(24, 80);
    a.v.facts.lights[LIGHT_LIVE] = 1;
    a.v.facts.judged = a.v.facts.opened = true;
    return line_of(&a.v.facts);
}

/* It may be another one than Esc. */
Test(facts, the_key_that_goes_back_is_named, .init = app_start, .fini = app_stop)
{
    cr_expect_str_eq(opened(), " A row is opened; esc goes back to where all is told.");
    a.app.config.keymap.count = 0; /* it is on none */
    cr_expect_str_eq(opened(), " A row is opened; :back goes back to where all is told.");
}
