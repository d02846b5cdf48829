/* search: what is asked of the index of words. */
#include "config.h"

#include "store/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/words.h"

enum {
    LIKE_WORDS = 10,
    COMMON_WORDS = 4,
    LIKE_ROWS = 6000,   /* that have one of them: ranking takes time for each */
    COUNTED_MOST = 2000 /* a word that more have tells little */
};

struct term {
    const char *word;
    int64_t rows; /* that have it, as far as it was counted */
};

/* Words in quotes, of letters and digits only. */
static void append(char match[MATCH_MOST], const char *between, const char *word, const char *end)
{
    size_t at = strlen(match);

    if (at + strlen(word) + 16 < MATCH_MOST)
        (void)snprintf(match + at, MATCH_MOST - at, "%s\"%s\"%s", at > 0 ? between : "", word, end);
}

void search_typed(const char *text, char match[MATCH_MOST])
{
    char word[WORD_MOST], next[WORD_MOST];

    match[0] = '\0';
    for (bool more = words_next(&text, word); more; memcpy(word, next, sizeof(word))) {
        more = words_next(&text, next);
        append(match, " ", word, more ? "" : "*");
    }
}

/* ---- the words of a row ---- */

/* So many rows fit, counted as far as to one more than most. */
static bool count_rows(struct store *store, enum dx_query which, const char *match, int most,
                       int64_t *rows, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         which == DX_QUERY_RUNBOOKS
                                             ? "SELECT count(*) FROM (SELECT 1 FROM runbook_words"
                                               " WHERE runbook_words MATCH ?1 LIMIT ?2) AS some"
                                             : "SELECT count(*) FROM (SELECT 1 FROM ticket_words"
                                               " WHERE ticket_words MATCH ?1 LIMIT ?2) AS some",
                                         err);
    bool there;

    if (!stmt)
        return false;
    bind_text(stmt, 1, match);
    (void)sqlite3_bind_int(stmt, 2, most + 1);
    if (!store_row(store, stmt, &there, err))
        return false;
    *rows = there ? column_int(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    return true;
}

static bool words_of(struct store *store, const char *key, struct words *words,
                     struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        *key == 't' ? "SELECT title, text, '' FROM ticket_text WHERE ticket = ?1"
                    : "SELECT (SELECT text FROM text WHERE id = j.evidence), (SELECT text FROM text"
                      " WHERE id = j.name), (SELECT text FROM text t JOIN pool p ON p.name = t.id"
                      " WHERE p.id = j.pool) FROM job j WHERE j.id = ?1",
        err);
    bool there;

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, strtoll(key + 1, NULL, 10));
    if (!store_row(store, stmt, &there, err))
        return false;
    for (int i = 0; there && i < 3; i++)
        words_add(words, column_text(stmt, i));
    (void)sqlite3_reset(stmt);
    return true;
}

static int by_rarity(const void *a, const void *b)
{
    const struct term *one = a, *other = b;

    return (one->rows > other->rows) - (one->rows < other->rows);
}

bool search_like(struct store *store, enum dx_query which, const char *key, char match[MATCH_MOST],
                 struct dx_error *err)
{
    /* Of tickets the one itself has the word too. */
    const int64_t least = which == DX_QUERY_RUNBOOKS || *key != 't' ? 1 : 2;
    struct words words = { .count = 0 };
    struct term terms[WORDS_MOST];
    int64_t rows = 0;
    size_t n = 0;

    match[0] = '\0';
    if (!words_of(store, key, &words, err))
        return false;
    for (size_t i = 0; i < words.count; i++) {
        char one[MATCH_MOST] = "";

        terms[n] = (struct term){ .word = words.word[i] };
        append(one, "", words.word[i], "");
        if (!count_rows(store, which, one, COUNTED_MOST, &terms[n].rows, err))
            return false;
        n += terms[n].rows >= least && terms[n].rows <= COUNTED_MOST;
    }
    qsort(terms, n, sizeof(*terms), by_rarity);
    for (size_t i = 0; i < n && i < LIKE_WORDS && rows + terms[i].rows <= LIKE_ROWS; i++) {
        append(match, " OR ", terms[i].word, "");
        rows += terms[i].rows;
    }
    /* Where all are common ones, what has the first of them together is alike. */
    for (size_t i = 0; n == 0 && i < words.count && i < COMMON_WORDS; i++)
        append(match, " ", words.word[i], "");
    return true;
}

bool search_is_wide(struct store *store, enum dx_query which, const char *match, bool *wide,
                    struct dx_error *err)
{
    int64_t rows;

    if (!count_rows(store, which, match, SEARCH_RANKED, &rows, err))
        return false;
    *wide = rows > SEARCH_RANKED;
    return true;
}
