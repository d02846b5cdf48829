/* Whatever is typed and clicked, at a store of any content: the program goes on, its line and its
 * completions are text that may be shown, and so is the screen. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/actions.h"
#include "app/complete.h"
#include "core/text.h"
#include "fuzz_store.h"
#include "fuzz_views.h"
#include "store/past.h"
#include "tests/where.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS_MOST = 50, COLS_MOST = 150, HINT = 400, DRAWS_MOST = 12, TICK = 8 };

static struct app app;
static struct viewer v;
static size_t spans; /* draws of this input */

/* What needs a terminal, ends the program or writes files that somebody named. */
static bool is_harmless(enum action action)
{
    return action != ACTION_SAVE && action != ACTION_MOUSE && action != ACTION_NOTICES &&
           action != ACTION_REDRAW && action != ACTION_SUSPEND && action != ACTION_QUIT;
}

/* May what is typed be one of them? By their beginnings, as commands are found. */
static bool may_run(const char *text)
{
    size_t len;

    text += strspn(text, " ");
    len = strcspn(text, " ");
    for (int i = 0; i < ACTION_COUNT; i++)
        if (!is_harmless((enum action)i) && strncasecmp(action_names[i], text, len) == 0)
            return false;
    return true;
}

/* ---- what has to be so ---- */

static void expect_line(const char *text)
{
    for (size_t n; *text; text += n + (text[n] == ' ')) {
        char word[LINE_MOST + 1], clean[LINE_MOST + 1];

        n = strcspn(text, " ");
        memcpy(word, text, n);
        word[n] = '\0';
        if (text_clean(clean, sizeof(clean), word, n) != n || strcmp(word, clean) != 0)
            abort();
    }
}

static void check_command(void)
{
    struct completion completion;
    char hint[HINT];

    if (v.line.at > strlen(v.line.text) || strlen(v.line.text) > LINE_MOST ||
        v.command.history.count > HISTORY_MOST || v.command.back > v.command.history.count)
        abort();
    expect_line(v.line.text);
    expect_line(v.command.typed);
    complete_find(&v, v.line.text, &completion);
    if (completion.count > COMPLETIONS_MOST || completion.at >= (int)completion.count ||
        completion.from > strlen(v.line.text))
        abort();
    if (memchr(command_hint(&v, hint, sizeof(hint)), '\0', sizeof(hint)) == NULL)
        abort();
}

static void draw(struct grid *grid)
{
    if (++spans > DRAWS_MOST)
        return;
    viewer_draw(&v, grid);
    fuzz_check_grid(grid);
}

/* ---- hands ---- */

static struct dx_event event_from(struct fuzz_input *in)
{
    static const uint32_t keys[] = {
        DX_KEY_ENTER,     DX_KEY_ESC,       DX_KEY_TAB,  DX_KEY_BACKSPACE, DX_KEY_DELETE,
        DX_KEY_UP,        DX_KEY_DOWN,      DX_KEY_LEFT, DX_KEY_HOME,      DX_KEY_PAGE_UP,
        DX_KEY_PAGE_DOWN, DX_KEY_RIGHT,     DX_KEY_END,  DX_KEY_F1,        SCREEN_PASTE_BEGIN,
        SCREEN_PASTE_END, SCREEN_FOCUS_OUT, ':',
    };
    struct dx_event event = { .size = sizeof(event), .type = DX_EVENT_KEY, .row_key = "" };
    unsigned byte = fuzz_byte(in);

    if (byte >= ' ' && byte < 0x7F) {
        event.key = byte;
    } else if (byte < 0x20) {
        event.key = keys[byte % (sizeof(keys) / sizeof(keys[0]))];
    } else if (byte < 0xA0) {
        event.key = keys[byte % (sizeof(keys) / sizeof(keys[0]))];
        event.mods = byte & 1 ? DX_MOD_SHIFT : DX_MOD_CTRL;
    } else if (byte < 0xE0) {
        event.key = (uint32_t)fuzz_number(in, 2);
        event.mods = byte % 4 == 3 ? DX_MOD_ALT : 0;
    } else {
        event.type = DX_EVENT_MOUSE;
        event.key = byte % 6;
        event.row = 1 + (int)(fuzz_byte(in) % ROWS_MOST); /* the first one is of the terminal */
        event.col = (int)(fuzz_byte(in) % COLS_MOST);
    }
    return event;
}

static void send(struct dx_event event)
{
    const struct bind *bind =
        keymap_find(&app.config.keymap, (struct key){ event.key, event.mods });
    bool typing = v.typing != TYPING_NONE && !v.wall.on;

    if (event.type == DX_EVENT_KEY && event.key == 'c' && event.mods == DX_MOD_CTRL)
        return;
    if (event.type == DX_EVENT_KEY && !typing && bind && !is_harmless(bind->action))
        return;
    if (v.typing == TYPING_COMMAND && event.key == DX_KEY_ENTER && !may_run(v.line.text))
        event.key = DX_KEY_ESC;
    actions_event(&v, &event);
}

/* ---- the program ---- */

static void begin(struct store *store)
{
    static const char *const no_dirs[] = { NULL };
    static char themes[] = SRC_DIR "/themes";
    const struct config *config = fuzz_views();

    if (!app.store) {
        (void)unsetenv("BROWSER");
        app = (struct app){ .arguments = { .common = { "", "", "", "", "", "", "", "", "", 0 },
                                           .theme = "",
                                           .color = "",
                                           .view = "",
                                           .wait = "5m",
                                           .since_ms = 86400000,
                                           .seed = "" },
                            .paths = { .themes = themes },
                            .plugins = { .dirs = no_dirs },
                            .clock = { .simulated = true, .start_ms = FUZZ_STORE_NOW },
                            .config = *config,
                            .theme = { .name = "dark", .kind = "dark" },
                            .store_path = (char *)(uintptr_t)store_path(store),
                            .store = store };
        app.config.clipboard = false;
        app.config.title = "acme";
        keymap_init(&app.config.keymap);
    }
    spans = 0;
    v = (struct viewer){ .app = &app, .page_count = config->view_count, .want_update = true };
    v.pages = calloc(v.page_count, sizeof(*v.pages));
    for (size_t i = 0; i < v.page_count; i++)
        page_init(&v.pages[i], &config->views[i]);
    page_init(&v.log, &config->views[config->view_count - 1]); /* it has the log, too */
}

static void end(void)
{
    history_done(&v.command.history);
    wall_done(&v.wall);
    viewer_close_pages(&v);
    store_past_end(app.store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct store *store;
    struct fuzz_input in = { data, size };
    struct grid grid;

    if (!store)
        store = fuzz_store();
    begin(store);
    v.page = fuzz_byte(&in) % v.page_count;
    grid_init(&grid, 1 + (int)(fuzz_byte(&in) % ROWS_MOST), 1 + (int)(fuzz_byte(&in) % COLS_MOST),
              glyphs_choose("braille", true, ""));
    draw(&grid);
    while (in.left > 0) {
        send(event_from(&in));
        if (v.wall.on && in.left % TICK == 0)
            wall_tick(&v, v.wall.turn_ms); /* its time has come */
        if (v.typing == TYPING_COMMAND)
            check_command();
        if (v.want_update || v.want_follow || in.left % 4 == 0)
            draw(&grid);
    }
    spans = 0;
    draw(&grid);
    grid_done(&grid);
    end();
    return 0;
}
