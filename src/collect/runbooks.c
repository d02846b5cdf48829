/* runbooks: the Markdown files of a folder. Text from outside: each line is cleaned. */
#include "config.h"

#include "collect/runbooks.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"

enum {
    TICK_MS = 2000, /* of the coarsest clock that a file system has */
    FILES_MOST = 2000,
    READ_MOST = 50, /* files a round: the polls go on between them */
    DEPTH_MOST = 8,
    BYTES_MOST = 256 << 10,
    PATH_MOST = 2000,
    TITLE_MOST = 2000,
};

struct reading {
    struct store *store;
    const char *root;
    struct folder *folders;
    struct arena arena;
    struct stored_runbook *list; /* in the arena */
    size_t count, read;
    int64_t now_ms; /* by the clock of the machine, as that of a file is */
    bool more;
};

/* ---- a file ---- */

static const char cut_here[] = "(Cut here: 256 KiB of a runbook are read.)";
static_assert(BYTES_MOST == 256 << 10, "as it says");

/* Whole, be it a paragraph: three bytes may stand for one. */
static void add_line(struct buf *text, const char *line, size_t len)
{
    size_t indent = 0, cap = 3 * len + 1;
    char *clean = mem_new(1, cap);

    /* Blanks at the beginning are part of a list or of code. */
    for (; indent < len && line[indent] == ' '; indent++)
        (void)buf_add(text, " ", 1);
    (void)buf_add(text, clean, text_clean(clean, cap, line + indent, len - indent));
    (void)buf_add(text, "\n", 1);
    free(clean);
}

/* The first heading, else the file's name. */
static const char *title_of(struct arena *arena, const char *text, const char *path)
{
    const char *name = strrchr(path, '/');

    for (const char *line = text; line; line = strchr(line, '\n')) {
        size_t len, marks;

        line += *line == '\n';
        len = strcspn(line, "\n");
        marks = strspn(line, "#");
        if (marks > 0 && marks < len && line[marks] == ' ') {
            size_t rest = len - marks - 1, cap = rest < TITLE_MOST ? rest + 1 : TITLE_MOST;
            char *title = arena_alloc(arena, cap);

            (void)text_clean(title, cap, line + marks + 1, rest);
            return title;
        }
    }
    return name ? name + 1 : path;
}

/* Up to cap bytes; -1: it cannot be read. */
static ssize_t read_whole(int fd, char *bytes, size_t cap)
{
    size_t len = 0;
    ssize_t n = 1;

    while (n > 0 && len < cap) {
        n = read(fd, bytes + len, cap - len);
        len += n > 0 ? (size_t)n : 0;
    }
    return n < 0 ? -1 : (ssize_t)len;
}

/* All of it, where it is one line. */
static ssize_t whole_lines(const char *bytes, size_t len)
{
    const char *last = memrchr(bytes, '\n', len);

    return last ? last + 1 - bytes : (ssize_t)len;
}

static bool read_file(struct reading *r, const char *path, struct stored_runbook *runbook)
{
    char *bytes = mem_new(1, BYTES_MOST + 2);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    struct stat st;
    /* It may be another thing by now: a pipe would be waited for. */
    bool ok = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ssize_t len = ok ? read_whole(fd, bytes, BYTES_MOST + 1) : -1;
    bool is_cut = len > BYTES_MOST;
    struct buf text;

    ok = len >= 0;
    len = is_cut ? whole_lines(bytes, BYTES_MOST) : len;
    if (fd >= 0)
        (void)close(fd);
    buf_init(&text, (size_t)4 * BYTES_MOST);
    for (size_t at = 0; ok && at < (size_t)len;) {
        const char *end = memchr(bytes + at, '\n', (size_t)len - at);
        size_t line = end ? (size_t)(end - bytes) - at : (size_t)len - at;

        add_line(&text, bytes + at, line);
        at += line + 1;
    }
    free(bytes);
    if (is_cut)
        add_line(&text, cut_here, strlen(cut_here));
    if (ok) {
        runbook->text = arena_text(&r->arena, text.bytes ? text.bytes : "");
        runbook->title = title_of(&r->arena, runbook->text, runbook->path);
        r->read++;
    }
    buf_done(&text);
    return ok;
}

static bool is_markdown(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && (strcmp(dot, ".md") == 0 || strcmp(dot, ".markdown") == 0);
}

/* A file that changed just now may change again and neither its time nor its size tell: below 0 it
 * is another size than when the file is looked at later, and so it is read again then. */
static int64_t size_of(const struct stat *st, int64_t changed_ms, int64_t now_ms)
{
    int64_t age_ms = now_ms - changed_ms, size = (int64_t)st->st_size;

    return age_ms > -TICK_MS && age_ms < TICK_MS ? -1 - size : size;
}

static void take_file(struct reading *r, const char *path, const struct stat *st)
{
    int64_t changed_ms = (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
    struct stored_runbook *runbook = &r->list[r->count];
    char clean[PATH_MOST];

    (void)text_clean(clean, sizeof(clean), path + strlen(r->root) + 1,
                     strlen(path) - strlen(r->root) - 1);
    *runbook = (struct stored_runbook){ .path = arena_text(&r->arena, clean),
                                        .title = "",
                                        .changed_ms = changed_ms,
                                        .size = size_of(st, changed_ms, r->now_ms) };
    if (!store_has_runbook(r->store, runbook->path, runbook->changed_ms, runbook->size)) {
        if (r->read >= READ_MOST)
            r->more = true;
        else if (!read_file(r, path, runbook))
            return; /* gone meanwhile, or not for us: as if it were not there */
    }
    r->count++;
}

/* ---- the folder ---- */

struct folder { /* still to be looked through */
    struct folder *next;
    const char *path;
    int depth;
};

static void add_folder(struct reading *r, const char *path, int depth)
{
    struct folder *folder = arena_alloc(&r->arena, sizeof(*folder));

    *folder = (struct folder){ r->folders, arena_text(&r->arena, path), depth };
    r->folders = folder;
}

static void take_entry(struct reading *r, const struct folder *in, const char *name)
{
    char *path = mem_print("%s/%s", in->path, name);
    struct stat st;

    /* A link could lead to whatever the collector may read, a token too. */
    if (lstat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode) && in->depth < DEPTH_MOST)
            add_folder(r, path, in->depth + 1);
        else if (S_ISREG(st.st_mode) && is_markdown(name) && r->count < FILES_MOST)
            take_file(r, path, &st);
    }
    free(path);
}

static void walk(struct reading *r)
{
    const struct folder *in;

    add_folder(r, r->root, 0);
    while ((in = r->folders)) {
        DIR *at = opendir(in->path);
        const struct dirent *entry;

        r->folders = in->next;
        while (at && (entry = readdir(at)))
            if (entry->d_name[0] != '.')
                take_entry(r, in, entry->d_name);
        if (at)
            (void)closedir(at);
    }
}

bool runbooks_check(const char *folder, struct dx_error *err)
{
    DIR *at = opendir(folder);

    if (!at)
        return dx_fail(err, DX_FAULT_CONFIG, "runbooks: %.120s: %s", folder, strerror(errno));
    (void)closedir(at);
    return true;
}

bool runbooks_read(struct store *store, const char *folder, bool *more, struct dx_error *err)
{
    static const struct clock machine = { 0 };
    struct reading r = { .store = store, .root = folder, .now_ms = clock_now(&machine) };
    bool ok = true;

    *more = false;
    if (!runbooks_check(folder, err))
        return false;
    r.list = arena_alloc(&r.arena, FILES_MOST * sizeof(*r.list));
    walk(&r);
    if (r.read > 0 || store_runbook_count(store) != r.count)
        ok = store_put_runbooks(store, r.list, r.count, err);
    *more = ok && r.more;
    arena_free(&r.arena);
    return ok;
}
