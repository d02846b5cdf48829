/* flaky_commits: the commits that are the evidence: those on which a job failed and passed, or, of
 * one that is broken, on which it failed. */
#include "flaky.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_MOST = 40, COMMITS_MOST = 100, JOBS_MOST = 500 };

enum { COMMIT, WHEN, BY, TRIES, FIRST, COMMIT_COUNT };

const struct dx_column flaky_commit_columns[] = {
    [COMMIT] = { "COMMIT", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 9, DX_FIT_LEFT, "on which it was" },
    [WHEN] = { "WHEN", DX_CELL_TEXT, DX_UNIT_NONE, 1, 5, 9, DX_FIT_LEFT, "the last try" },
    [BY] = { "BY", DX_CELL_TEXT, DX_UNIT_NONE, 3, 6, 14, DX_FIT_LEFT, "who caused the run" },
    [TRIES] = { "TRIES", DX_CELL_TRIES, DX_UNIT_NONE, 0, 5, 15, DX_FIT_LEFT,
                "in their order: ✗ failed, ✓ passed; failures by the platform are left out" },
    [FIRST] = { "FIRST FAILURE", DX_CELL_TEXT, DX_UNIT_NONE, 2, 13, 0, DX_FIT_LEFT,
                "what the first failure was taken for" },
    [COMMIT_COUNT] = { 0 },
};

struct commit {
    char sha[72], actor[80], tries[TRIES_MOST], text[200], url[600];
    int64_t at_ms;
    bool failed;
};

static void count_kind(struct flaky *p, const char *text)
{
    for (size_t i = 0; i < p->kind_count; i++) {
        if (strcmp(p->kinds[i].text, text) == 0) {
            p->kinds[i].count++;
            return;
        }
    }
    if (p->kind_count == KINDS_MOST) {
        p->other_kinds++;
        return;
    }
    (void)ci_copy(p->kinds[p->kind_count].text, sizeof(p->kinds[0].text), text);
    p->kinds[p->kind_count++].count = 1;
}

/* Those that are as frequent stay in the order of their last commits. */
static void sort_kinds(struct flaky *p)
{
    for (size_t i = 1; i < p->kind_count; i++) {
        struct kind kind = p->kinds[i];
        size_t at = i;

        for (; at > 0 && p->kinds[at - 1].count < kind.count; at--)
            p->kinds[at] = p->kinds[at - 1];
        p->kinds[at] = kind;
    }
}

static void add_commit(struct dx_list *list, const struct commit *c, const struct dx_view *view)
{
    char commit[16], when[32];
    struct dx_cell cells[COMMIT_COUNT];

    (void)snprintf(commit, sizeof(commit), "%.9s", c->sha);
    cells[COMMIT] = (struct dx_cell){ .text = commit, .role = DX_ROLE_TEXT };
    cells[WHEN] = (struct dx_cell){ .text = ci_moment(when, sizeof(when), c->at_ms, view),
                                    .role = DX_ROLE_DIM };
    cells[BY] = (struct dx_cell){ .text = c->actor, .role = DX_ROLE_DIM };
    cells[TRIES] = (struct dx_cell){ .text = c->tries };
    cells[FIRST] = (struct dx_cell){ .text = c->text, .role = DX_ROLE_TEXT };
    dx_add(list, DX_ROW(.key = c->sha, .url = c->url, .cells = cells, .into = commit));
}

/* Counts what it failed with first, and lists it. */
static void take_commit(struct flaky *p, const struct dx_view *view, struct dx_list *list,
                        struct commit *c)
{
    if (!*c->text)
        (void)snprintf(c->text, sizeof(c->text), "unknown");
    count_kind(p, c->text);
    if (p->show == SHOW_LIST)
        add_commit(list, c, view);
}

/* ---- of a flaky job ---- */

static long long list_both(struct flaky *p, const struct dx_view *view, struct dx_list *list,
                           const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_FLAKY_COMMITS, DX_FILTER(.key = key));
    long long n = 0;

    for (; dx_next(rows); n++) {
        struct commit c = { .at_ms = dx_int(rows, DX_FIELD_AT) };

        (void)ci_copy(c.sha, sizeof(c.sha), dx_text(rows, DX_FIELD_SHA));
        (void)ci_copy(c.actor, sizeof(c.actor), dx_text(rows, DX_FIELD_ACTOR));
        (void)ci_copy(c.tries, sizeof(c.tries), dx_text(rows, DX_FIELD_STRIP));
        (void)ci_copy(c.url, sizeof(c.url), dx_text(rows, DX_FIELD_URL));
        (void)ci_evidence(c.text, sizeof(c.text), dx_text(rows, DX_FIELD_TEXT));
        take_commit(p, view, list, &c);
    }
    return n;
}

/* ---- of one that is broken ---- */

static enum dx_mark mark_of(const struct dx_rows *rows)
{
    int64_t result = dx_int(rows, DX_FIELD_RESULT), cause = dx_int(rows, DX_FIELD_CAUSE);

    if (result == DX_RESULT_SUCCESS)
        return DX_MARK_OK;
    if (result != DX_RESULT_FAILURE)
        return dx_int(rows, DX_FIELD_PHASE) == DX_PHASE_RUNNING ? DX_MARK_RUNNING : DX_MARK_OTHER;
    if (cause == DX_CAUSE_PLATFORM)
        return DX_MARK_PLATFORM;
    return cause <= DX_CAUSE_UNKNOWN ? DX_MARK_UNKNOWN : DX_MARK_CODE;
}

/* Jobs come newest first: each try stands before those that it has already. */
static void take_try(struct commit *c, const struct dx_rows *rows)
{
    size_t len = strlen(c->tries);
    enum dx_mark mark = mark_of(rows);

    if (len + 1 < sizeof(c->tries)) {
        memmove(c->tries + 1, c->tries, len + 1);
        c->tries[0] = (char)mark;
    }
    if (dx_int(rows, DX_FIELD_RESULT) != DX_RESULT_FAILURE)
        return;
    if (!c->failed) /* the last failure is what is opened, the first one what it failed with */
        (void)ci_copy(c->url, sizeof(c->url), dx_text(rows, DX_FIELD_URL));
    c->failed = true;
    (void)ci_evidence(c->text, sizeof(c->text), dx_text(rows, DX_FIELD_EVIDENCE));
}

static struct commit *commit_of(struct commit *all, size_t *count, const struct dx_rows *rows)
{
    const char *sha = dx_text(rows, DX_FIELD_SHA);

    for (size_t i = 0; i < *count; i++)
        if (strcmp(all[i].sha, sha) == 0)
            return &all[i];
    if (*count == COMMITS_MOST)
        return NULL;
    all[*count] = (struct commit){ .at_ms = dx_int(rows, DX_FIELD_FINISHED) };
    (void)ci_copy(all[*count].sha, sizeof(all[*count].sha), sha);
    return &all[(*count)++];
}

/* Since when it fails every time; 0: it does not. */
static int64_t broken_since(const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_FLAKY, DX_FILTER(.key = key));
    int64_t since_ms = 0;

    while (dx_next(rows))
        if (dx_int(rows, DX_FIELD_STATE) == DX_FLAKY_BROKEN)
            since_ms = dx_int(rows, DX_FIELD_FIRST_SEEN);
    return since_ms;
}

static long long list_failed(struct flaky *p, const struct dx_view *view, struct dx_list *list,
                             const char *key, int64_t from_ms)
{
    struct commit *all = calloc(COMMITS_MOST, sizeof(*all));
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_JOBS, DX_FILTER(.key = key, .limit = JOBS_MOST, .from_ms = from_ms));
    size_t count = 0;
    long long n = 0;

    while (all && *key && dx_next(rows)) {
        struct commit *c = commit_of(all, &count, rows);

        if (c)
            take_try(c, rows);
    }
    for (size_t i = 0; i < count; i++) {
        if (!all[i].failed)
            continue;
        take_commit(p, view, list, &all[i]);
        n++;
    }
    free(all);
    return n;
}

void flaky_list_commits(struct flaky *p, const struct dx_view *view, struct dx_list *list,
                        const char *key)
{
    int64_t since_ms = broken_since(view, key);
    char note[64];
    long long n = 0;

    p->kind_count = 0;
    p->other_kinds = 0;
    if (since_ms > 0) /* what it was flaky by before says nothing of why it fails now */
        n = list_failed(p, view, list, key, since_ms - 1);
    if (n == 0)
        n = list_both(p, view, list, key);
    if (n == 0)
        n = list_failed(p, view, list, key, dx_now(view) - FLAKY_DAYS * CI_DAY_MS);
    sort_kinds(p);
    (void)snprintf(note, sizeof(note), "%lld %s", n, n == 1 ? "commit" : "commits");
    tie_note(view, list, key, p->show == SHOW_DETAIL ? "14 d" : note);
    dx_empty(list, "The commits are no longer kept.");
}
