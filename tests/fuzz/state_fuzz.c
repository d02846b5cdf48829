/* Whatever is in the files that keep what a user chose and typed: they are read, the views can be
 * drawn so, and what is kept of it is read back as the same. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/state.h"
#include "core/text.h"
#include "fuzz_rows.h"
#include "fuzz_views.h"
#include "tests/where.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 30, COLS = 100, ROWS_MOST = 60, BEHIND = '\x1e' };

static char kept_path[96], state_path[104], history_path[104];

static void remove_all(void)
{
    (void)unlink(state_path);
    (void)unlink(history_path);
    *strrchr(kept_path, '/') = '\0';
    (void)rmdir(kept_path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    (void)snprintf(kept_path, sizeof(kept_path), "%s/dxtop-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(kept_path))
        abort();
    (void)strcat(kept_path, "/s.db");
    (void)snprintf(state_path, sizeof(state_path), "%s.state", kept_path);
    (void)snprintf(history_path, sizeof(history_path), "%s.history", kept_path);
    (void)atexit(remove_all);
    return 0;
}

static void put(const char *path, const uint8_t *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) != 0)
        abort();
}

static void begin(struct viewer *v, struct app *app)
{
    const struct config *config = fuzz_views();

    *app = (struct app){ .arguments = { .view = "", .theme = "" },
                         .paths = { .themes = (char *)(uintptr_t)(SRC_DIR "/themes") },
                         .config = { .theme = "", .store = "" },
                         .theme = { .name = "dark" },
                         .store_path = kept_path };
    *v = (struct viewer){ .app = app, .page_count = config->view_count };
    v->pages = calloc(v->page_count, sizeof(*v->pages));
    for (size_t i = 0; i < v->page_count; i++)
        page_init(&v->pages[i], &config->views[i]);
    state_load(v);
}

static void end(struct viewer *v)
{
    history_done(&v->command.history);
    viewer_close_pages(v);
}

static void check(const struct viewer *v)
{
    const struct history *h = &v->command.history;
    char clean[LINE_MOST + 1];

    if (v->page >= v->page_count || h->count > HISTORY_MOST)
        abort();
    for (size_t i = 0; i < h->count; i++) {
        size_t len = strlen(h->lines[i]);

        if (len == 0 || len > LINE_MOST ||
            text_clean(clean, sizeof(clean), h->lines[i], len) != len)
            abort();
        for (size_t k = 0; k < i; k++)
            if (strcmp(h->lines[k], h->lines[i]) == 0)
                abort();
    }
}

/* Rows for each list, so that it is sorted as it says. */
static void draw(struct viewer *v, const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };
    struct fuzz_rows rows = { .in = &in, .left = ROWS_MOST };
    struct reader reader = fuzz_reader(&rows);
    struct page *page = &v->pages[v->page];
    struct dx_canvas canvas;
    struct grid grid;

    grid_init(&grid, ROWS, COLS, glyphs_choose("ascii", true, ""));
    canvas = canvas_of(&grid);
    page_update(page, &reader, FUZZ_NOW, ROWS, COLS);
    page_draw(page, &canvas, FUZZ_NOW);
    fuzz_check_grid(&grid);
    grid_done(&grid);
}

static void expect_same(const struct viewer *a, const struct viewer *b)
{
    if (a->page != b->page || a->notify.off != b->notify.off ||
        strcmp(a->app->theme.name, b->app->theme.name) != 0 ||
        a->command.history.count != b->command.history.count)
        abort();
    for (size_t i = 0; i < a->command.history.count; i++)
        if (strcmp(a->command.history.lines[i], b->command.history.lines[i]) != 0)
            abort();
    for (size_t p = 0; p < a->page_count; p++) {
        for (size_t i = 0; i < a->pages[p].slot_count; i++) {
            const struct slot *x = &a->pages[p].slots[i], *y = &b->pages[p].slots[i];
            /* As the panel yields is what it is without a word of it. */
            bool plain = x->sort < 0 && !x->reverse;

            if (!a->pages[p].open && x->restore && !plain &&
                (!y->restore || x->sort != y->sort || x->reverse != y->reverse))
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *behind = size > 0 ? memchr(data, BEHIND, size) : NULL;
    size_t len = behind ? (size_t)(behind - data) : size;
    struct viewer v, again;
    struct app app, app_again;

    put(state_path, data, len);
    put(history_path, behind ? behind + 1 : data, behind ? size - len - 1 : 0);
    begin(&v, &app);
    check(&v);
    v.command.history.changed = true;
    draw(&v, data, size);
    state_save(&v);
    begin(&again, &app_again);
    check(&again);
    expect_same(&v, &again);
    end(&again);
    end(&v);
    return 0;
}
