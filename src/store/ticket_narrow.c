/* ticket_narrow: the SQL functions that narrow tickets by what users type, so that a list
 * of a few is looked for in all of them. */
#include "config.h"

#include "store/rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/mem.h"
#include "core/narrow.h"

enum { MEMOS = 512, MEMO_MOST = 56 };

/* word(id): the text with this number, which never changes in a file. A few are asked for
 * tens of thousands of times. As a subquery it takes SQLite much longer to compile, too. */
struct words {
    struct store *store;
    struct memo {
        int64_t id; /* 0: free */
        char text[MEMO_MOST];
    } memo[MEMOS];
};

static void look_up(sqlite3_context *context, struct words *words, int64_t id)
{
    struct dx_error err = { 0 };
    struct memo *memo = &words->memo[(uint64_t)id % MEMOS];
    sqlite3_stmt *stmt = store_borrow(words->store, "SELECT text FROM text WHERE id = ?1", &err);
    int status = SQLITE_ERROR;

    if (stmt) {
        (void)sqlite3_bind_int64(stmt, 1, id);
        status = sqlite3_step(stmt);
    }
    if (status == SQLITE_ROW) {
        sqlite3_result_text(context, column_text(stmt, 0), -1, SQLITE_TRANSIENT);
        if (sqlite3_column_bytes(stmt, 0) < MEMO_MOST) {
            memo->id = id;
            (void)snprintf(memo->text, sizeof(memo->text), "%s", column_text(stmt, 0));
        }
    } else if (status != SQLITE_DONE) { /* or nobody would be the owner */
        sqlite3_result_error_code(context, status);
    }
    store_give_back(words->store, stmt);
}

static void word(sqlite3_context *context, int count, sqlite3_value **args)
{
    struct words *words = sqlite3_user_data(context);
    int64_t id = count == 1 ? sqlite3_value_int64(args[0]) : 0;
    const struct memo *memo = &words->memo[(uint64_t)id % MEMOS];

    if (id <= 0)
        return; /* NULL */
    if (memo->id == id)
        sqlite3_result_text(context, memo->text, -1, SQLITE_TRANSIENT);
    else
        look_up(context, words, id);
}

static const char *text_of(sqlite3_value *value)
{
    const unsigned char *text = sqlite3_value_text(value);

    return text ? (const char *)text : "";
}

/* args: pairs of a column and its text. */
static bool has(int count, sqlite3_value **args, const struct narrow *narrow, bool only)
{
    const char *word = narrow->word + (only ? narrow->column_len + 1 : 0);

    for (int i = 0; i + 1 < count; i += 2)
        if ((!only || narrow_names(narrow, text_of(args[i]))) &&
            narrow_in(text_of(args[i + 1]), word))
            return true;
    return false;
}

static bool is_named(int count, sqlite3_value **args, const struct narrow *narrow)
{
    for (int i = 0; i + 1 < count; i += 2)
        if (narrow_names(narrow, text_of(args[i])))
            return true;
    return false;
}

static void holds(sqlite3_context *context, int count, sqlite3_value **args)
{
    struct narrow narrow = { .rest = count > 0 ? text_of(args[0]) : "" };
    int passes = 1;

    while (passes && narrow_next(&narrow)) {
        bool only = is_named(count - 1, args + 1, &narrow);

        if (narrow.column_len > 0 && !only)
            continue; /* of another column: who asks narrows it by that one */
        passes = has(count - 1, args + 1, &narrow, only) == narrow.wanted;
    }
    sqlite3_result_int(context, passes);
}

bool ticket_narrow_begin(struct store *store, struct dx_error *err)
{
    struct words *words = mem_new(1, sizeof(*words));

    words->store = store;
    return (sqlite3_create_function_v2(store->db, "word", 1, SQLITE_UTF8, words, word, NULL, NULL,
                                       free) == SQLITE_OK &&
            sqlite3_create_function(store->db, "holds", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                    NULL, holds, NULL, NULL) == SQLITE_OK) ||
           store_fail(store, err);
}
