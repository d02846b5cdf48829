/* github_fake: a GitHub that answers from a table of runs. */
#include "config.h"

#include "github_fake.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

enum { SEARCH_MOST = 1000 };

static void put_time(const struct fake *fake, FILE *out, const char *name, int64_t ms)
{
    char text[TIME_TEXT];

    if (ms > fake->now || ms == 0)
        fprintf(out, ",\"%s\":null", name);
    else
        fprintf(out, ",\"%s\":\"%s\"", name, time_format(text, ms));
}

static int64_t begun(const struct fake_run *r, int attempt)
{
    return attempt == 1 ? r->created : r->rerun;
}

int fake_attempts(const struct fake *fake, const struct fake_run *r)
{
    return r->rerun > 0 && r->rerun <= fake->now ? 2 : 1;
}

static void put_run(const struct fake *fake, FILE *out, size_t i, int attempt)
{
    const struct fake_run *r = &fake->runs[i];
    int64_t end = begun(r, attempt) + fake->lasts;

    fprintf(out, "{\"id\":%zu,\"run_attempt\":%d,\"run_number\":%zu,\"name\":\"ci\"", i + 1,
            attempt, i);
    fprintf(out, ",\"status\":\"%s\",\"conclusion\":%s",
            end <= fake->now ? "completed" : "in_progress",
            end <= fake->now ? "\"success\"" : "null");
    put_time(fake, out, "created_at", r->created);
    put_time(fake, out, "run_started_at", begun(r, attempt));
    put_time(fake, out, "updated_at", end <= fake->now ? end : begun(r, attempt));
    fprintf(out, "}");
}

static void put_jobs(const struct fake *fake, FILE *out, size_t i)
{
    const struct fake_run *r = &fake->runs[i];

    fprintf(out, "{\"jobs\":[");
    for (int a = 1; a <= fake_attempts(fake, r); a++) {
        int64_t end = begun(r, a) + fake->lasts;

        for (int j = 0; j < FAKE_JOBS; j++) {
            fprintf(out, "%s{\"id\":%zu,\"run_attempt\":%d,\"name\":\"j%d\",\"runner_id\":1",
                    a + j > 1 ? "," : "", (i + 1) * 100 + (size_t)a * 10 + (size_t)j, a, j);
            fprintf(out, ",\"status\":\"%s\",\"conclusion\":%s",
                    end <= fake->now ? "completed" : "in_progress",
                    end <= fake->now ? "\"success\"" : "null");
            put_time(fake, out, "created_at", begun(r, a));
            put_time(fake, out, "started_at", begun(r, a) + 1000);
            put_time(fake, out, "completed_at", end);
            fprintf(out, ",\"steps\":[]}");
        }
    }
    fprintf(out, "]}");
}

int64_t fake_number(const char *path, const char *name, int64_t fallback)
{
    const char *at = strstr(path, name);

    return at ? strtoll(at + strlen(name), NULL, 10) : fallback;
}

/* created=FROM..TO, with %3A for colons. */
static void read_range(const char *path, int64_t *from, int64_t *to)
{
    const char *at = strstr(path, "created=");
    char text[200];
    size_t n = 0;

    *from = 0;
    *to = INT64_MAX;
    if (!at)
        return;
    for (at += 8; *at && *at != '&'; at++) {
        if (strncmp(at, "%3A", 3) == 0) {
            text[n++] = ':';
            at += 2;
        } else {
            text[n++] = *at;
        }
    }
    text[n] = '\0';
    *from = time_parse(text, strcspn(text, ".") == 20 ? 20 : 0);
    *to = time_parse(strstr(text, "..") + 2, strlen(strstr(text, "..") + 2));
    cr_assert(*from > 0 && *to > *from, "%s", text);
}

static void put_next(char *next, size_t cap, const char *path, int64_t page)
{
    const char *end = strstr(path, "&page=");

    snprintf(next, cap, "%.*s&page=%" PRId64, (int)(end ? (size_t)(end - path) : strlen(path)),
             path, page);
}

static void list_runs(struct fake *fake, FILE *out, int repo, const char *path, char *next,
                      size_t cap)
{
    int64_t per = fake_number(path, "per_page=", 30), page = fake_number(path, "&page=", 1), from,
            to;
    int64_t total = 0, shown = 0;

    read_range(path, &from, &to);
    if (to != INT64_MAX && per * page > SEARCH_MOST)
        fake->pages_over_the_search++;
    fprintf(out, "{\"workflow_runs\":[");
    for (size_t i = fake->run_count; i-- > 0;) {
        if (fake->runs[i].repo != repo || fake->runs[i].created > fake->now ||
            fake->runs[i].created < from || fake->runs[i].created > to)
            continue;
        if (total >= per * (page - 1) && total < per * page &&
            !(to != INT64_MAX && total >= SEARCH_MOST)) {
            fprintf(out, "%s", shown++ > 0 ? "," : "");
            put_run(fake, out, i, fake_attempts(fake, &fake->runs[i]));
        }
        total++;
    }
    fprintf(out, "],\"total_count\":%" PRId64 "}", total);
    if (total > per * page && !(to != INT64_MAX && per * page >= SEARCH_MOST))
        put_next(next, cap, path, page + 1);
}

static void list_repos(const struct fake *fake, FILE *out, const char *path, char *next, size_t cap)
{
    int64_t page = fake_number(path, "&page=", 1);
    bool whole = strstr(path, "full_name");

    fprintf(out, "[");
    for (int i = (int)(page - 1) * 100, n = 0; i < fake->repos && n < 100; i++, n++) {
        fprintf(out, "%s{\"full_name\":\"acme/r%d\",\"default_branch\":\"main\"", n > 0 ? "," : "",
                i);
        put_time(fake, out, "pushed_at", fake->pushed[i]);
        fprintf(out, "}");
    }
    fprintf(out, "]");
    if (whole && page * 100 < fake->repos)
        put_next(next, cap, path, page + 1);
}

char *fake_answer(struct fake *fake, const char *path, char *next, size_t cap)
{
    int repo = (int)fake_number(path, "acme/r", 0);
    const char *runs_at = strstr(path, "/actions/runs");
    size_t id = runs_at ? (size_t)fake_number(runs_at, "/runs/", 0) : 0, size;
    char *text = NULL;
    FILE *out = open_memstream(&text, &size);

    next[0] = '\0';
    if (strncmp(path, "/orgs/", 6) == 0)
        list_repos(fake, out, path, next, cap);
    else if (!runs_at)
        fprintf(out, "{\"default_branch\":\"main\"}");
    else if (id == 0)
        list_runs(fake, out, repo, path, next, cap);
    else if (strstr(path, "/jobs"))
        put_jobs(fake, out, id - 1);
    else
        put_run(fake, out, id - 1,
                (int)fake_number(path, "/attempts/", fake_attempts(fake, &fake->runs[id - 1])));
    fclose(out);
    return text;
}
