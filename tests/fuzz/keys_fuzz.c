/* Whatever a terminal sends, it becomes keys that have a name, and places on the
 * screen; whatever a key is called in a configuration, its name is read back. */
#include "config.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "model/keys.h"
#include "ui/line.h"
#include "ui/screen_internal.h"

enum { NAME_MOST = 64, INPUT_MOST = 4096 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int terminal; /* its end of our stdin */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    int ends[2];

    (void)argc;
    (void)argv;
    if (!setlocale(LC_CTYPE, "C.UTF-8") || pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0 ||
        !newterm("xterm-256color", fopen("/dev/null", "w"), stdin))
        abort();
    terminal = ends[1];
    input_init();
    (void)set_escdelay(0); /* what is not there yet never comes */
    return 0;
}

static void read_back(struct key key)
{
    char name[NAME_MOST];
    struct key again;

    if (!key_parse(&again, key_format(name, sizeof(name), key)) || again.key != key.key ||
        again.mods != key.mods)
        abort();
}

static void check_name(const uint8_t *data, size_t size)
{
    char name[NAME_MOST];
    size_t len = size < NAME_MOST - 1 ? size : NAME_MOST - 1;
    struct key key;

    memcpy(name, data, len);
    name[len] = '\0';
    if (key_parse(&key, name))
        read_back(key);
}

/* Whatever is typed, the line is text that may be shown as it is, and fits. */
static void type(const struct dx_event *event)
{
    static struct line line = { .most = 40 };
    char word[LINE_MOST + 1], clean[LINE_MOST + 1];
    size_t n;

    (void)line_type(&line, event);
    if (line.at > strlen(line.text) || strlen(line.text) > line.most)
        abort();
    for (const char *from = line.text; *from; from += n + (from[n] == ' ')) {
        n = strcspn(from, " ");
        memcpy(word, from, n);
        word[n] = '\0';
        if (text_clean(clean, sizeof(clean), word, n) != n || strcmp(clean, word) != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct screen screen = { .gone = false };
    struct dx_event event;
    /* Of all runs: ncurses keeps what may be the beginning of a key. */
    static size_t bytes, events;
    bool gone = false;

    if (size > INPUT_MOST)
        return 0;
    check_name(data, size);
    if (write(terminal, data, size) != (ssize_t)size)
        abort();
    bytes += size;
    for (; screen_event(&screen, &event, &gone); events++) {
        if (event.type == DX_EVENT_MOUSE ? event.row < 0 || event.col < 0 : event.key == 0)
            abort();
        if (event.type == DX_EVENT_KEY)
            type(&event);
        if (event.type == DX_EVENT_KEY && event.key < SCREEN_FOCUS_IN)
            read_back((struct key){ .key = event.key, .mods = event.mods });
    }
    if (gone || events > bytes)
        abort();
    return 0;
}
