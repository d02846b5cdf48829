/* search_tickets: which tickets have the words that are looked for: the likeliest first,
 * or where more have them than can be ranked in time the newest. */
#include "config.h"

#include "store/search.h"
#include "store/tickets.h"

#include <inttypes.h>
#include <string.h>

#include "core/buf.h"
#include "core/words.h"

enum {
    FOUND_MOST = 500,
    FOUND_LEAST = 50,          /* that say how many there are */
    LOOKED_ROWS = 3000,        /* however few of them fit */
    LOOKED_BYTES = 400 * 1024, /* of texts that are read for a beginning */
    SMALL = 20000              /* tickets: in so few the index has any beginning at once */
};

/* ?1 the words, ?2 the moment, ?3 the ticket that they are like, ?4 only resolved ones. Of one
 * that is gone nobody can read what was done. */
#define FITS                                                                                       \
    "coalesce(t.created_ms, 0) <= ?2 AND src.id IS NOT NULL"                                       \
    " AND (t.gone_ms IS NULL OR (NOT ?4 AND t.gone_ms > ?2))"                                      \
    " AND (NOT ?4 OR (t.state = 3 AND t.resolved_ms <= ?2 AND t.id <> ?3))"
#define OF_TICKET " LEFT JOIN source src ON src.id = t.source AND " TICKETS_WANTED("src.") " "
#define FOUND                                                                                      \
    " FROM ticket_words CROSS JOIN ticket t ON t.id = ticket_words.rowid" OF_TICKET                \
    "WHERE ticket_words MATCH ?1 "
static const char newest_sql[] = "SELECT t.id, 1.0, " FITS FOUND "ORDER BY ticket_words.rowid DESC";
static const char ranked_sql[] =
    "SELECT t.id, how_well(ticket_words) AS score, " FITS FOUND "ORDER BY score DESC, t.id";
static const char all_sql[] =
    "SELECT t.id, 1.0, " FITS " FROM ticket t" OF_TICKET "WHERE ?1 IS NOT NULL ORDER BY t.id DESC";

struct walk { /* over rows that may fit */
    struct store *store;
    const struct hunt *hunt;
    const char *beginning; /* of a word that they are to have; "": all of them do */
    struct buf *ids;
    int found, most;
    int64_t last;        /* the row that was looked at last */
    int64_t rows, bytes; /* that may still be */
};

/* ---- a beginning ---- */

static bool begins(const char *text, const char *beginning)
{
    const size_t len = strlen(beginning);
    char word[WORD_MOST];

    while (words_next(&text, word))
        if (strncmp(word, beginning, len) == 0)
            return true;
    return false;
}

static bool has_beginning(struct walk *w, int64_t ticket, bool *has, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(w->store, "SELECT title, text FROM ticket_text WHERE ticket = ?1", err);
    bool there;

    *has = *w->beginning == '\0';
    if (*has)
        return true;
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, ticket);
    if (!store_row(w->store, stmt, &there, err))
        return false;
    for (int i = 0; there && i < 2 && !*has; i++) {
        *has = begins(column_text(stmt, i), w->beginning);
        w->bytes -= sqlite3_column_bytes(stmt, i);
    }
    (void)sqlite3_reset(stmt);
    return true;
}

/* ---- walking ---- */

static bool walk(struct walk *w, const char *sql, const char *match, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(w->store, sql, err);
    bool ok = stmt != NULL, there = true, has;

    if (!ok)
        return false;
    bind_text(stmt, 1, match);
    (void)sqlite3_bind_int64(stmt, 2, w->hunt->to_ms);
    (void)sqlite3_bind_int64(stmt, 3, w->hunt->ticket);
    (void)sqlite3_bind_int(stmt, 4, w->hunt->resolved);
    w->found = 0;
    buf_clear(w->ids);
    for (; w->found < w->most && w->rows > 0 && w->bytes > 0; w->rows--) {
        ok = store_row(w->store, stmt, &there, err);
        if (!ok || !there)
            break;
        w->last = column_int(stmt, 0);
        if (!sqlite3_column_int(stmt, 2))
            continue;
        ok = has_beginning(w, w->last, &has, err);
        if (!ok)
            break;
        if (has)
            (void)buf_print(w->ids, "%s[%" PRId64 ",%.9g]", w->found++ > 0 ? "," : "", w->last,
                            sqlite3_column_double(stmt, 1));
    }
    (void)sqlite3_reset(stmt);
    return ok;
}

/* All that have the words: ranking takes time for each of them. */
static bool walk_index(struct walk *w, const char *match, struct dx_error *err)
{
    bool wide;

    w->beginning = "";
    w->rows = LOOKED_ROWS;
    w->bytes = 1;
    return search_is_wide(w->store, DX_QUERY_SEARCH, match, &wide, err) &&
           walk(w, wide ? newest_sql : ranked_sql, match, err);
}

/* For a beginning the index makes a list of all that have such a word, which takes longer the
 * more there are. Where there are many, some of the first ones have it: those are looked
 * through. enough: they do. */
static bool walk_texts(struct walk *w, const char *words, int64_t newest, bool *enough,
                       struct dx_error *err)
{
    bool wide = true;

    w->rows = LOOKED_ROWS;
    w->bytes = LOOKED_BYTES;
    if (*words && !search_is_wide(w->store, DX_QUERY_SEARCH, words, &wide, err))
        return false;
    if (!walk(w, !*words ? all_sql : wide ? newest_sql : ranked_sql, words, err))
        return false;
    /* As many again in each as long a stretch of tickets. */
    *enough = w->found == w->most &&
              (!wide || newest / (newest - w->last + 1) > SEARCH_RANKED / w->found);
    return true;
}

/* "a" "b"*: the words before the last one, and the beginning. */
static void split(const char *match, char words[MATCH_MOST], char beginning[WORD_MOST])
{
    const char *last = strrchr(match, ' ');
    size_t len = last ? (size_t)(last - match) : 0, n;

    memcpy(words, match, len);
    words[len] = '\0';
    last = strchr(last ? last : match, '"') + 1;
    n = strcspn(last, "\"");
    n = n < WORD_MOST ? n : WORD_MOST - 1;
    memcpy(beginning, last, n);
    beginning[n] = '\0';
}

static bool newest_ticket(struct store *store, int64_t *id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "SELECT max(ticket) FROM ticket_text", err);
    bool there;

    if (!stmt || !store_row(store, stmt, &there, err))
        return false;
    *id = there ? column_int(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    return true;
}

bool search_tickets(struct store *store, const struct hunt *hunt, struct buf *ids,
                    struct dx_error *err)
{
    int most = hunt->limit > 0 && hunt->limit < FOUND_MOST ? (int)hunt->limit : FOUND_MOST;
    struct walk w = {
        .store = store, .hunt = hunt, .ids = ids, .most = most > FOUND_LEAST ? most : FOUND_LEAST
    };
    char words[MATCH_MOST], beginning[WORD_MOST];
    bool enough = false;
    int64_t newest;

    if (!newest_ticket(store, &newest, err))
        return false;
    if (hunt->typed && newest > SMALL) {
        split(hunt->match, words, beginning);
        w.beginning = beginning;
        if (!walk_texts(&w, words, newest, &enough, err))
            return false;
    }
    return enough || walk_index(&w, hunt->match, err);
}
