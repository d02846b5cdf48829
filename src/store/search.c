/* search: what is asked of the index of words. Ranking costs time for each row that
 * has one of the words, so that rows are chosen by what words are rare. */
#include "config.h"

#include "store/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/words.h"

enum {
    RANKED_MOST = 20000, /* rows: some 20 ms */
    LIKE_WORDS = 10,
};

struct term {
    const char *word;
    int64_t rows; /* that have it */
};

/* ---- how rare a word is ---- */

static bool one_number(struct store *store, sqlite3_stmt *stmt, int64_t *value,
                       struct dx_error *err)
{
    bool there;

    *value = 0;
    if (!stmt || !store_row(store, stmt, &there, err))
        return false;
    if (there)
        *value = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_reset(stmt);
    return true;
}

static bool count_rows(struct store *store, enum dx_query which, struct term *term,
                       struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store,
                        which == DX_QUERY_RUNBOOKS ? "SELECT doc FROM runbook_terms WHERE term = ?1"
                                                   : "SELECT doc FROM ticket_terms WHERE term = ?1",
                        err);

    if (stmt)
        bind_text(stmt, 1, term->word);
    return one_number(store, stmt, &term->rows, err);
}

static bool last_row(struct store *store, enum dx_query which, int64_t *id, struct dx_error *err)
{
    return one_number(store,
                      store_statement(store,
                                      which == DX_QUERY_RUNBOOKS
                                          ? "SELECT coalesce(max(id), 0) FROM runbook"
                                          : "SELECT coalesce(max(ticket), 0) FROM ticket_text",
                                      err),
                      id, err);
}

/* ---- in the language of FTS5: words in quotes, of letters and digits only ---- */

static void append(struct search *search, const char *between, const char *word, const char *end)
{
    size_t at = strlen(search->match);

    if (at + strlen(word) + 16 < sizeof(search->match))
        (void)snprintf(search->match + at, sizeof(search->match) - at, "%s\"%s\"%s",
                       at > 0 ? between : "", word, end);
}

bool search_typed(struct store *store, enum dx_query which, const char *text, struct search *search,
                  struct dx_error *err)
{
    char word[WORD_MOST], next[WORD_MOST];
    struct term rarest = { .rows = INT64_MAX };
    bool more;

    *search = (struct search){ .from_rowid = 0 };
    for (more = words_next(&text, word); more; memcpy(word, next, sizeof(word))) {
        struct term term = { .word = word };

        more = words_next(&text, next);
        append(search, " ", word, more ? "" : "*");
        /* Of a beginning it is not known how many have it. */
        if (more && !count_rows(store, which, &term, err))
            return false;
        if (more && term.rows > 0 && term.rows < rarest.rows)
            rarest.rows = term.rows;
    }
    if (rarest.rows > RANKED_MOST) {
        int64_t last;

        if (!last_row(store, which, &last, err))
            return false;
        search->from_rowid =
            last - (rarest.rows < INT64_MAX ? RANKED_MOST * (last / rarest.rows + 1) : RANKED_MOST);
    }
    return true;
}

static int by_rarity(const void *a, const void *b)
{
    const struct term *one = a, *other = b;

    return (one->rows > other->rows) - (one->rows < other->rows);
}

/* The words of the row that the key names. */
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

bool search_like(struct store *store, enum dx_query which, const char *key, struct search *search,
                 struct dx_error *err)
{
    /* Of tickets the one itself has the word too. */
    const int64_t least = which == DX_QUERY_RUNBOOKS || *key != 't' ? 1 : 2;
    struct words words = { .count = 0 };
    struct term terms[WORDS_MOST];
    int64_t ranked = 0;
    size_t n = 0, used = 0;

    *search = (struct search){ .from_rowid = 0 };
    if (!words_of(store, key, &words, err))
        return false;
    for (size_t i = 0; i < words.count; i++) {
        terms[n] = (struct term){ .word = words.word[i] };
        if (!count_rows(store, which, &terms[n], err))
            return false;
        n += terms[n].rows >= least;
    }
    qsort(terms, n, sizeof(*terms), by_rarity);
    for (; used < n && used < LIKE_WORDS && ranked + terms[used].rows <= RANKED_MOST; used++) {
        append(search, " OR ", terms[used].word, "");
        ranked += terms[used].rows;
    }
    return true;
}
