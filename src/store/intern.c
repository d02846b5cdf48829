/* intern: texts as numbers, and other values in their short form. */
#include "config.h"

#include "store/ci.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "store/texts.h"

/* One text is asked for a million times: most are found here. */
enum { SLOTS = 1024, SHORT = 104, DIGITS_MOST = 18, SHA_BYTES = 20 };

struct interned {
    struct {
        int64_t id; /* 0: free */
        char text[SHORT];
    } slot[SLOTS];
};

static size_t slot_of(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return (size_t)(h >> 20) % SLOTS;
}

void intern_forget(struct store *store)
{
    free(store->interned);
    store->interned = NULL;
}

static bool read_text(struct store *store, const char *text, int64_t *id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "SELECT id FROM text WHERE text = ?1", err);
    bool there;

    *id = 0;
    if (!stmt)
        return false;
    bind_text(stmt, 1, text);
    if (!store_row(store, stmt, &there, err))
        return false;
    if (there)
        *id = column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return true;
}

static bool make_text(struct store *store, const char *text, int64_t *id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "INSERT INTO text (text) VALUES (?1)", err);
    if (!stmt)
        return false;
    bind_text(stmt, 1, text);
    if (!store_step(store, stmt, err))
        return false;
    *id = sqlite3_last_insert_rowid(store->db);
    return true;
}

static int64_t used(struct store *store, int64_t id)
{
    texts_use(store, id);
    return id;
}

/* make: one that has no number yet gets one. */
static int64_t number_of(struct store *store, const char *text, bool make, struct dx_error *err)
{
    size_t slot, len;
    int64_t id;

    if (!*text)
        return 0;
    if (!store->interned)
        store->interned = mem_new(1, sizeof(*store->interned));
    slot = slot_of(text);
    if (store->interned->slot[slot].id > 0 && strcmp(store->interned->slot[slot].text, text) == 0)
        return used(store, store->interned->slot[slot].id);
    if (!read_text(store, text, &id, err) || (id == 0 && make && !make_text(store, text, &id, err)))
        return -1;
    len = strlen(text);
    if (id > 0 && len < SHORT) {
        store->interned->slot[slot].id = id;
        memcpy(store->interned->slot[slot].text, text, len + 1);
    }
    return used(store, id);
}

int64_t text_id(struct store *store, const char *text, struct dx_error *err)
{
    return number_of(store, text, true, err);
}

int64_t text_known(struct store *store, const char *text, struct dx_error *err)
{
    return number_of(store, text, false, err);
}

bool bind_intern(struct store *store, sqlite3_stmt *stmt, int index, const char *text,
                 struct dx_error *err)
{
    int64_t id = text_id(store, text, err);

    if (id > 0)
        (void)sqlite3_bind_int64(stmt, index, id);
    return id >= 0;
}

void bind_ext(sqlite3_stmt *stmt, int index, const char *id)
{
    size_t digits = strspn(id, "0123456789");

    if (digits > 0 && digits <= DIGITS_MOST && id[digits] == '\0' && (id[0] != '0' || digits == 1))
        (void)sqlite3_bind_int64(stmt, index, strtoll(id, NULL, 10));
    else
        bind_text(stmt, index, id);
}

void bind_sha(sqlite3_stmt *stmt, int index, const char *sha)
{
    unsigned char bytes[SHA_BYTES];

    if (!*sha)
        return;
    if (strlen(sha) != (size_t)2 * SHA_BYTES || strspn(sha, "0123456789abcdef") != strlen(sha)) {
        bind_text(stmt, index, sha);
        return;
    }
    for (size_t i = 0; i < SHA_BYTES; i++) {
        const char two[3] = { sha[2 * i], sha[2 * i + 1], '\0' };

        bytes[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    (void)sqlite3_bind_blob(stmt, index, bytes, SHA_BYTES, SQLITE_TRANSIENT);
}

void bind_span(sqlite3_stmt *stmt, int index, int64_t ms)
{
    if (ms >= 0)
        (void)sqlite3_bind_int64(stmt, index, ms);
}
