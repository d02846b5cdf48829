/* alert_words: what people say of alerts: that they are snoozed, and who takes care. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/alerting.h"
#include "store/internal.h"

/* Which alert a word is on, as viewers name it; and one that lasts, by that name. */
#define KEY "s.name || '/' || a.key || '/' || a.since_ms"
#define LASTING                                                                                    \
    " FROM alert a JOIN source s ON s.id = a.source WHERE a.ended_ms IS NULL AND " KEY " = ?1"

enum { KEY_MOST = 600, WHO_MOST = 64, NOTE_MOST = 400, SHOWN = 60 };

struct word {
    int kind; /* enum word_kind */
    char key[KEY_MOST], who[WHO_MOST], note[NOTE_MOST];
    int64_t until_ms, now_ms;
};

/* The field at *text, which moves behind it; whoever wrote it is not trusted. */
static bool read_field(char *out, size_t cap, const char **text)
{
    size_t len = strcspn(*text, "\t");
    bool more = (*text)[len] == '\t';

    (void)text_clean(out, cap, *text, len);
    *text += len + more;
    return more;
}

static bool read_word(struct word *word, const char *wish, struct dx_error *err)
{
    const char *at = wish;
    char until[32], shown[SHOWN];

    if (!read_field(word->key, sizeof(word->key), &at) || !read_field(until, sizeof(until), &at) ||
        !read_field(word->who, sizeof(word->who), &at)) {
        (void)text_clean(shown, sizeof(shown), wish, strlen(wish));
        return dx_fail(err, DX_FAULT_SYSTEM, "not a word on an alert: %s", shown);
    }
    (void)read_field(word->note, sizeof(word->note), &at);
    word->until_ms = strtoll(until, NULL, 10);
    return true;
}

/* The last one counts, and what was said by a clock that was ahead would be that one day. */
static bool come_back(struct store *store, const struct word *word, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "DELETE FROM alert_word WHERE kind = ?2 AND at_ms > ?3 AND alert IN (SELECT a.id" LASTING
        ")",
        err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, word->key);
    (void)sqlite3_bind_int(stmt, 2, word->kind);
    (void)sqlite3_bind_int64(stmt, 3, word->now_ms);
    return store_step(store, stmt, err);
}

static bool insert(struct store *store, const struct word *word, struct dx_error *err)
{
    sqlite3_stmt *stmt;

    if (!come_back(store, word, err))
        return false;
    stmt = store_statement(store,
                           "INSERT INTO alert_word (alert, kind, at_ms, until_ms, who, note)"
                           " SELECT a.id, ?2, ?3, ?4, ?5, ?6" LASTING
                           " ON CONFLICT (alert, kind, at_ms) DO UPDATE SET (until_ms, who, note) ="
                           " (excluded.until_ms, excluded.who, excluded.note)",
                           err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, word->key);
    (void)sqlite3_bind_int(stmt, 2, word->kind);
    (void)sqlite3_bind_int64(stmt, 3, word->now_ms);
    (void)sqlite3_bind_int64(stmt, 4, *word->who ? word->until_ms : 0);
    bind_text(stmt, 5, word->who);
    bind_text(stmt, 6, word->note);
    return store_step(store, stmt, err);
}

bool word_put(struct store *store, int kind, const struct granting *g, struct dx_error *err)
{
    struct word word = { .kind = kind, .now_ms = g->now_ms };
    char shown[SHOWN];

    if (!read_word(&word, g->wish->arg, g->refused))
        return true;
    if (!insert(store, &word, err))
        return false;
    if (sqlite3_changes(store->db) == 0) {
        (void)text_clean(shown, sizeof(shown), word.key, strlen(word.key));
        (void)dx_fail(g->refused, DX_FAULT_SYSTEM, "a %s came too late: \"%s\" is over",
                      kind == WORD_CLAIM ? "claim" : "snooze", shown);
    }
    return store_touch(store, err);
}

bool store_word_fate(struct store *store, enum word_kind kind, const char *wish,
                     enum word_fate *fate, struct dx_error *err)
{
    struct word word = { .kind = (int)kind };
    sqlite3_stmt *stmt;
    int64_t number = WORD_LOST;

    if (!read_word(&word, wish, err) || !store_follow(store, err))
        return false;
    stmt = store_statement(
        store,
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM wish WHERE what = ?1 AND arg = ?2) THEN 0"
        " WHEN EXISTS (SELECT 1 FROM alert_word w JOIN alert a ON a.id = w.alert"
        "  JOIN source s ON s.id = a.source WHERE w.kind = ?3 AND w.who = ?4 AND w.note = ?5"
        "  AND w.until_ms = ?6 AND " KEY " = ?7 AND w.at_ms ="
        "  (SELECT max(at_ms) FROM alert_word WHERE alert = w.alert AND kind = ?3)) THEN 1"
        " ELSE 2 END",
        err);
    if (!stmt)
        return false;
    bind_text(stmt, 1, kind == WORD_CLAIM ? "claim" : "snooze");
    bind_text(stmt, 2, wish);
    (void)sqlite3_bind_int(stmt, 3, word.kind);
    bind_text(stmt, 4, word.who);
    bind_text(stmt, 5, word.note);
    (void)sqlite3_bind_int64(stmt, 6, *word.who ? word.until_ms : 0);
    bind_text(stmt, 7, word.key);
    if (!store_number(store, stmt, &number, err))
        return false;
    *fate = (enum word_fate)number;
    return true;
}
