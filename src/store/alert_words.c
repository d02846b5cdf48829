/* alert_words: what people say of alerts: that they are snoozed, and who takes care. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "store/alerting.h"
#include "store/internal.h"

enum { KEY_MOST = 600, WHO_MOST = 64, NOTE_MOST = 400 };

struct word {
    enum word_kind kind;
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

static bool read_word(struct word *word, const char *wish)
{
    char until[32];

    if (!read_field(word->key, sizeof(word->key), &wish) ||
        !read_field(until, sizeof(until), &wish) ||
        !read_field(word->who, sizeof(word->who), &wish))
        return false;
    (void)read_field(word->note, sizeof(word->note), &wish);
    word->until_ms = strtoll(until, NULL, 10);
    return true;
}

static bool put(struct store *store, void *what, struct dx_error *err)
{
    const struct word *word = what;
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO alert_word (alert, kind, at_ms, until_ms, who, note)"
        " SELECT a.id, ?2, ?3, ?4, ?5, ?6 FROM alert a JOIN source s ON s.id = a.source"
        " WHERE a.ended_ms IS NULL AND s.name || '/' || a.key || '/' || a.since_ms = ?1"
        " ON CONFLICT (alert, kind, at_ms) DO UPDATE SET (until_ms, who, note) ="
        " (excluded.until_ms, excluded.who, excluded.note)",
        err);

    if (!stmt || !store_touch(store, err))
        return false;
    bind_text(stmt, 1, word->key);
    (void)sqlite3_bind_int(stmt, 2, (int)word->kind);
    (void)sqlite3_bind_int64(stmt, 3, word->now_ms);
    (void)sqlite3_bind_int64(stmt, 4, *word->who ? word->until_ms : 0);
    bind_text(stmt, 5, word->who);
    bind_text(stmt, 6, word->note);
    return store_step(store, stmt, err);
}

bool store_put_word(struct store *store, enum word_kind kind, const char *wish, int64_t now_ms,
                    struct dx_error *err)
{
    struct word word = { .kind = kind, .now_ms = now_ms };

    if (!read_word(&word, wish))
        return dx_fail(err, DX_FAULT_SYSTEM, "not a word on an alert: %.60s", wish);
    return store_write(store, put, &word, err);
}
