/* Whatever a store says that a source remembers, for others may write into it: its poll begins with
 * requests for paths of its server. The first byte chooses the source; the rest are lines: a cursor
 * "cNAME\tVALUE", an open run "rPROJECT\tID", a ticket "tPROJECT\tKEY\tID", a change
 * "mPROJECT\tID\tAUTHOR". */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "fuzz_kit.h"
#include "source/azure.h"
#include "source/github.h"
#include "source/gitlab.h"
#include "source/jenkins.h"
#include "source/jira.h"
#include "source/prometheus.h"
#include "source/servicenow.h"

enum { LINES_MOST = 64, LINE_MOST = 400, PARTS = 3, SOURCES = 8 };

static const int64_t NOW = 1795518007000;

struct line {
    char kind, text[LINE_MOST];
    const char *part[PARTS]; /* in text; "" */
};

static struct line lines[LINES_MOST];
static size_t line_count;

/* ---- what the store says ---- */

/* Texts of a store are clean when they are read, whoever wrote them. */
static void read_line(const char *at, size_t len)
{
    struct line *line = &lines[line_count++];
    char *rest = line->text;

    line->kind = len > 0 ? *at : '\0';
    for (size_t i = 0; i < PARTS; i++) {
        size_t room = sizeof(line->text) - (size_t)(rest - line->text);
        size_t from = i == 0 && len > 0, n = 0;

        while (from + n < len && at[from + n] != '\t')
            n++;
        line->part[i] = rest;
        rest += text_clean(rest, room, at + from, n);
        if (room > 1 && (size_t)(rest - line->text) + 1 < sizeof(line->text))
            *++rest = '\0';
        n += from + n < len ? 1 : 0;
        at += from + n;
        len -= from + n;
    }
}

static int64_t get_cursor(void *self, const char *name)
{
    (void)self;
    for (size_t i = 0; i < line_count; i++)
        if (lines[i].kind == 'c' && strcmp(lines[i].part[0], name) == 0)
            return strtoll(lines[i].part[1], NULL, 10);
    return 0;
}

static const char *next_cursor(void *self, const char *name)
{
    const char *next = NULL;

    (void)self;
    for (size_t i = 0; i < line_count; i++)
        if (lines[i].kind == 'c' && strcmp(lines[i].part[0], name) > 0 &&
            (!next || strcmp(lines[i].part[0], next) < 0))
            next = lines[i].part[0];
    return next;
}

static enum known_run known_run(void *self, const char *project, const char *id, int64_t attempt,
                                int64_t updated_ms)
{
    (void)self;
    (void)project;
    (void)attempt;
    return (enum known_run)((strlen(id) + (size_t)updated_ms) % (KNOWN_DONE + 1));
}

static enum known_run known_ticket(void *self, const char *key, int64_t updated_ms)
{
    return known_run(self, "", key, 1, updated_ms);
}

static size_t open_runs(void *self, const char *project, struct open_run *out, size_t cap)
{
    size_t n = 0;

    (void)self;
    for (size_t i = 0; i < line_count && n < cap; i++)
        if (lines[i].kind == 'r' && (!*project || strcmp(project, lines[i].part[0]) == 0))
            out[n++] = (struct open_run){
                .project = lines[i].part[0], .id = lines[i].part[1], .attempt = 1, .seen_ms = NOW
            };
    return n;
}

static int64_t owed_runs(void *self)
{
    (void)self;
    return 1;
}

static size_t tickets(void *self, unsigned lacks, struct known_ticket *out, size_t cap)
{
    size_t n = 0;

    (void)self;
    for (size_t i = 0; i < line_count && n < cap; i++)
        if (lines[i].kind == 't')
            out[n++] = (struct known_ticket){ .project = lines[i].part[0],
                                              .key = lines[i].part[1],
                                              .id = lines[i].part[2],
                                              .done = lacks > 0,
                                              .created_ms = NOW - DAY_MS,
                                              .updated_ms = NOW - HOUR_MS };
    return n;
}

static enum known_change known_change(void *self, const char *project, const char *id)
{
    (void)self;
    return (enum known_change)((strlen(project) + strlen(id)) % (KNOWN_CHANGE_REVIEWED + 1));
}

static size_t changes(void *self, struct lacking *out, size_t cap)
{
    size_t n = 0;

    (void)self;
    for (size_t i = 0; i < line_count && n < cap; i++)
        if (lines[i].kind == 'm')
            out[n++] = (struct lacking){ lines[i].part[0], lines[i].part[1], lines[i].part[2] };
    return n;
}

/* ---- who asks ---- */

static void begin(const struct source *source, const void *config, int64_t history_ms)
{
    const struct cursors cursors = { .get = get_cursor, .after = next_cursor };
    const struct known known = { .run = known_run,
                                 .open = open_runs,
                                 .owed = owed_runs,
                                 .ticket = known_ticket,
                                 .tickets = tickets,
                                 .change = known_change,
                                 .changes = changes };
    struct plan plan = { .now_ms = NOW,
                         .every_ms = 30 * SECOND_MS,
                         .history_ms = history_ms,
                         .cursors = &cursors,
                         .known = &known };

    if (source->prepare)
        source->prepare(&cursors);
    source->begin(config, &cursors, &plan);
    fuzz_expect_asked(&plan);
    plan_done(&plan);
}

static void begin_nth(size_t nth)
{
    static const char *repos[] = { "acme/web", "42" }, *tables[] = { "incident", "sc_request" };
    static struct query queries[] = { { .name = "q", .query = "up" } };
    static const struct github github = {
        .org = "acme", .annotations = true, .logs = true, .reviews = true, .issues = { .on = true }
    };
    static const struct github listed = { .repos = { repos, 1 }, .org = "", .runners = true };
    static const struct gitlab gitlab = { .projects = { repos, 2 },
                                          .group = "acme",
                                          .runners = true,
                                          .logs = true,
                                          .reviews = true,
                                          .issues = { .on = true } };
    static const struct jenkins jenkins = { .executors = true, .logs = true };
    static const struct azure azure = { .api_version = "7.1", .pools = true, .logs = true };
    static const struct jira jira = { .jql = "labels = ci", .category = "customfield_10050" };
    static const struct servicenow snow = {
        .tables = { tables, 2 }, .category = "", .slas = true, .responses = true, .pauses = true
    };
    static const struct prometheus prometheus = { { queries, 1 }, true, true };
    const struct {
        const struct source *source;
        const void *config;
    } all[SOURCES] = {
        { &source_github, &github },   { &source_github, &listed },
        { &source_gitlab, &gitlab },   { &source_jenkins, &jenkins },
        { &source_azure, &azure },     { &source_jira, &jira },
        { &source_servicenow, &snow }, { &source_prometheus, &prometheus },
    };

    begin(all[nth].source, all[nth].config, 30 * DAY_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data + 1, *end = (const char *)data + size;

    if (size == 0)
        return 0;
    line_count = 0;
    while (at < end && line_count < LINES_MOST) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));

        read_line(at, (size_t)((newline ? newline : end) - at));
        at = newline ? newline + 1 : end;
    }
    begin_nth(data[0] % SOURCES);
    return 0;
}
