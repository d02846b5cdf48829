/* link: out of the terminal: a browser, the clipboard. */
#include "config.h"

#include "app/link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/text.h"

enum { COPY_MAX = 4000 };

static bool is_web(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

void link_copy(struct viewer *v, const char *text)
{
    char coded[COPY_MAX / 3 * 4 + 4];
    struct buf out;
    size_t len = strlen(text);

    if (len == 0 || len > COPY_MAX) {
        viewer_say(v, len == 0 ? "this row has no URL" : "too long to copy");
        return;
    }
    buf_init(&out, 2 * (size_t)COPY_MAX);
    (void)buf_text(&out, "\033]52;c;");
    (void)buf_add(&out, coded, text_base64(coded, text, len));
    (void)buf_text(&out, "\a");
    screen_send(v->screen, out.bytes, out.len);
    buf_done(&out);
    viewer_say(v, "copied %s", text);
}

void link_open(struct viewer *v, const char *url)
{
    const char *browser = getenv("BROWSER");
    struct dx_error err = { 0 };
    struct spawn ends;

    if (!is_web(url)) {
        viewer_say(v, *url ? "not a web address: %s" : "this row has no URL", url);
        return;
    }
    if (!browser || !*browser) {
        link_copy(v, url);
        return;
    }
    /* The shell leaves the browser behind and ends at once, so nobody is left
     * to wait for; the URL is an argument, never part of the script. */
    const char *argv[] = { "/bin/sh", "-c", "\"$0\" \"$1\" >/dev/null 2>&1 &", browser, url, NULL };
    char *copy[6] = { NULL };
    pid_t pid;

    for (size_t i = 0; argv[i]; i++)
        copy[i] = mem_text(argv[i]);
    pid = spawn_child(copy, &ends, false, &err);
    if (pid > 0) {
        (void)close(ends.in);
        (void)close(ends.err);
        (void)waitpid(pid, NULL, 0);
        viewer_say(v, "opened %s", url);
    } else {
        viewer_say(v, "%s", err.text);
    }
    for (size_t i = 0; copy[i]; i++)
        free(copy[i]);
}
