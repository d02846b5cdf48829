/* Whatever is typed to be searched for, and whatever things are called, it becomes a question
 * that the index of words takes; what it shows of a text is clean. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "insight/mention.h"
#include "store/schema.h"
#include "store/search.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS = 4, TEXT = 2001, FOUND_MOST = 4 };

static sqlite3 *db;
static sqlite3_stmt *find;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK)
        abort();
    for (size_t i = 0; schema_sql[i]; i++)
        if (sqlite3_exec(db, schema_sql[i], NULL, NULL, NULL) != SQLITE_OK)
            abort();
    if (sqlite3_create_function_v2(db, "excerpt", 3, SQLITE_UTF8, NULL, excerpt, NULL, NULL,
                                   NULL) != SQLITE_OK ||
        sqlite3_exec(db,
                     "INSERT INTO runbook (path, title, text, changed_ms, size)"
                     " VALUES ('a.md', 'Runners wait', 'for disk (linux-xl) and build 12', 1, 1)",
                     NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "SELECT excerpt(?2, ?3, ?1) FROM (SELECT count(*) FROM runbook_words"
                           " WHERE runbook_words MATCH ?1)",
                           -1, &find, NULL) != SQLITE_OK)
        abort();
    return 0;
}

static void expect_clean(const char *text)
{
    char again[TEXT];
    size_t len = strlen(text);

    if (text_clean(again, sizeof(again), text, len) != len)
        abort();
}

static void ask(const char *match, const char *text, const char *title)
{
    const char *out;

    if (!*match)
        return;
    (void)sqlite3_reset(find);
    (void)sqlite3_bind_text(find, 1, match, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(find, 2, text, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(find, 3, title, -1, SQLITE_STATIC);
    if (sqlite3_step(find) != SQLITE_ROW) {
        fprintf(stderr, "%s: %s\n", match, sqlite3_errmsg(db));
        abort();
    }
    out = (const char *)sqlite3_column_text(find, 0);
    if (out)
        expect_clean(out);
    (void)sqlite3_reset(find);
}

/* A name that is asked for is found in a text that is nothing else. */
static void name(const char *project, const char *called, const char *pipeline, const char *text)
{
    static const enum dx_ref kinds[] = { DX_REF_POOL, DX_REF_PROJECT, DX_REF_PIPELINE, DX_REF_JOB };
    struct mentions *mentions = mentions_new();
    struct mention found[FOUND_MOST];
    char match[MENTION_SEARCH];

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct mention_name one = {
            .what = { .kind = kinds[i], .id = 1, .nth = (int64_t)i },
            .project = project,
            .name = called,
            .pipeline = pipeline,
        };

        mentions_add(mentions, &one);
        ask(mention_search(match, &one), text, called);
    }
    if (mentions_find(mentions, text, found, FOUND_MOST) > FOUND_MOST)
        abort();
    mentions_free(mentions);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char parts[PARTS][TEXT];
    char match[MATCH_MOST];
    const char *at = (const char *)data, *end = at + size;

    for (size_t i = 0; i < PARTS; i++) {
        const char *newline = i + 1 < PARTS ? memchr(at, '\n', (size_t)(end - at)) : NULL;
        const char *to = newline ? newline : end;

        (void)text_clean(parts[i], sizeof(parts[i]), at, (size_t)(to - at));
        at = newline ? newline + 1 : end;
    }
    search_typed(parts[0], match);
    ask(match, parts[3], parts[2]);
    name(parts[0], parts[1], parts[2], parts[3]);
    return 0;
}
