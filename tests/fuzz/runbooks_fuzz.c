/* Any bytes as a runbook, as what a ticket says and as what is looked for: the runbook is kept
 * line by line and clean, what stands in it is found, and so is what is like the ticket. The input
 * is these three, with a record separator between them. */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/runbooks.h"
#include "core/text.h"
#include "core/words.h"
#include "fuzz_store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    PARTS = 3,
    BEHIND = '\x1e',
    TEXT_MOST = 4000,
    ROOM = 1 << 20,
    FOUND_MOST = 20,
    CHECKPOINT = 500
};

struct piece {
    const char *bytes;
    size_t len;
};

static struct store *store;
static char folder[PATH_MAX], file[PATH_MAX];

/* ---- the folder and the store ---- */

static void remove_folder(void)
{
    (void)unlink(file);
    (void)rmdir(folder);
}

static void begin(void)
{
    store = fuzz_store();
    (void)snprintf(folder, sizeof(folder), "%s", store_path(store));
    (void)strcpy(strrchr(folder, '/'), "/books");
    if (mkdir(folder, 0700) != 0 ||
        snprintf(file, sizeof(file), "%s/a.md", folder) >= (int)sizeof(file))
        abort();
    (void)atexit(remove_folder); /* before the store's, which began earlier */
}

/* Each time as a file that changed. */
static void put_file(const struct piece *text)
{
    static long seconds;
    const struct timespec when = { .tv_sec = ++seconds }, times[2] = { when, when };
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, text->bytes, text->len) != (ssize_t)text->len ||
        futimens(fd, times) != 0 || close(fd) != 0)
        abort();
    if (seconds % CHECKPOINT == 0)
        (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static void put_ticket(const struct piece *said)
{
    char text[TEXT_MOST];
    sqlite3_stmt *stmt;

    (void)text_clean(text, sizeof(text), said->bytes, said->len);
    if (sqlite3_prepare_v2(store->db,
                           "UPDATE ticket_text SET title = ?1, text = ?1 WHERE ticket < 3", -1,
                           &stmt, NULL) != SQLITE_OK)
        abort();
    (void)sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_DONE)
        abort();
    (void)sqlite3_finalize(stmt);
}

/* ---- what is read of it ---- */

static void expect_clean(const char *text, size_t len)
{
    static char again[ROOM];

    if (text_clean(again, sizeof(again), text, len) != len)
        abort();
}

/* How many rows; each text of one line is clean. */
static size_t ask(enum dx_query query, const struct dx_filter *filter)
{
    static const enum dx_field fields[] = { DX_FIELD_KEY, DX_FIELD_NAME, DX_FIELD_TITLE,
                                            DX_FIELD_TEXT, DX_FIELD_CATEGORY };
    struct reader reader = store_reader(store);
    void *rows = reader.open(reader.self, query, filter, FUZZ_STORE_NOW);
    const struct dx_error *err;
    size_t count = 0;

    for (; reader.ops->next(rows); count++)
        for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
            const char *text = reader.ops->text(rows, fields[i]);

            expect_clean(text, strlen(text));
        }
    reader.ops->close(rows);
    err = reader.error(reader.self);
    if (err) {
        (void)fprintf(stderr, "%s\n", err->text);
        abort();
    }
    return count;
}

/* The whole text of the only runbook, in text; its key in key. */
static void read_whole(char *text, char key[40])
{
    struct reader reader = store_reader(store);
    void *rows = reader.open(reader.self, DX_QUERY_RUNBOOKS, NULL, FUZZ_STORE_NOW);

    if (!reader.ops->next(rows))
        abort();
    (void)snprintf(key, 40, "%s", reader.ops->text(rows, DX_FIELD_KEY));
    reader.ops->close(rows);
    rows = reader.open(reader.self, DX_QUERY_RUNBOOKS, DX_FILTER(.key = key), FUZZ_STORE_NOW);
    if (!reader.ops->next(rows))
        abort();
    (void)snprintf(text, ROOM, "%s", reader.ops->text(rows, DX_FIELD_TEXT));
    reader.ops->close(rows);
}

static void check_lines(const char *text, const struct piece *was)
{
    size_t lines = 0;

    for (const char *end; *text; text = end + 1, lines++) {
        size_t indent = strspn(text, " ");

        end = strchr(text, '\n');
        if (!end)
            abort();
        expect_clean(text + indent, (size_t)(end - text) - indent);
    }
    for (size_t i = 0; i < was->len; i++)
        lines -= was->bytes[i] == '\n';
    if (lines != (was->len > 0 && was->bytes[was->len - 1] != '\n'))
        abort();
}

static bool is_plain(const char *word)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz");

    return len > 0 && len < WORD_MOST - 1 && word[len] == '\0';
}

/* A word between others finds it, alone and with what was typed before. */
static void check_found(const char *text, const char *typed)
{
    char word[WORD_MOST];

    while (words_next(&text, word))
        if (is_plain(word) && strchr(" .,:;()\n", *text) &&
            ask(DX_QUERY_RUNBOOKS, DX_FILTER(.name = word)) != 1)
            abort();
        else if (is_plain(word))
            break;
    (void)ask(DX_QUERY_RUNBOOKS, DX_FILTER(.name = typed));
}

/* ---- all of it ---- */

static void split(const uint8_t *data, size_t size, struct piece parts[PARTS])
{
    const char *at = (const char *)data, *end = at + size;

    for (size_t i = 0; i < PARTS; i++) {
        const char *to = i + 1 < PARTS && at < end ? memchr(at, BEHIND, (size_t)(end - at)) : NULL;

        parts[i] = (struct piece){ at, (size_t)((to ? to : end) - at) };
        at = to ? to + 1 : end;
    }
}

static void look(const struct piece parts[PARTS])
{
    static char text[ROOM];
    char typed[256], key[40];

    (void)text_clean(typed, sizeof(typed), parts[1].bytes, parts[1].len);
    read_whole(text, key);
    check_lines(text, &parts[0]);
    check_found(text, typed);
    (void)ask(DX_QUERY_RUNBOOKS, DX_FILTER(.key = "t1"));
    (void)ask(DX_QUERY_RUNBOOKS, DX_FILTER(.key = "j1"));
    (void)ask(DX_QUERY_SEARCH, DX_FILTER(.name = typed, .limit = FOUND_MOST));
    (void)ask(DX_QUERY_SIMILAR, DX_FILTER(.key = "t1", .limit = FOUND_MOST));
    (void)ask(DX_QUERY_SIMILAR, DX_FILTER(.key = "j1", .limit = FOUND_MOST));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dx_error err = { 0 };
    struct piece parts[PARTS];
    bool more;

    if (!store)
        begin();
    split(data, size, parts);
    put_file(&parts[0]);
    put_ticket(&parts[2]);
    if (!runbooks_read(store, folder, &more, &err) || more || !store_begin(store, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        abort();
    }
    look(parts);
    store_end(store);
    return 0;
}
