/* link: out of the terminal: a browser, the clipboard. */
#include "config.h"

#include "app/link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/mem.h"

enum { COPY_MAX = 4000 };

static bool is_web(const char *url)
{
    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
}

static const char *no_url(const struct viewer *v)
{
    return v->redacted ? "no URL that is free of names, which are hidden" : "this row has no URL";
}

/* Words and the text where it goes nowhere: it can be read at least. */
void link_copy(struct viewer *v, const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || len > COPY_MAX)
        viewer_say(v, "%s", len == 0 ? no_url(v) : "too long to copy");
    else if (!v->app->config.clipboard)
        viewer_say(v, "%s", text);
    else if (screen_copy(v->screen, text, len))
        viewer_say(v, "copied %s", text);
    else
        viewer_say(v, "no clipboard here: %s", text);
}

void link_open(struct viewer *v, const char *url)
{
    const char *browser = getenv("BROWSER");
    struct dx_error err = { 0 };
    struct spawn ends;

    if (!is_web(url)) {
        viewer_say(v, "%s%s", *url ? "not a web address: " : no_url(v), url);
        return;
    }
    if (!browser || !*browser) {
        link_copy(v, url);
        return;
    }
    /* The shell leaves the browser behind and ends at once, so nobody is left
     * to wait for; the URL is an argument, never part of the script. Several browsers are
     * tried in their order; one with options ("w3m -N") is no program by that name, and where
     * it says %s the URL goes there. */
    static const char script[] = "set -f; u=$1; IFS=:; (for b in $0; do set --; put=no; IFS=' '\n"
                                 "command -v \"$b\" >/dev/null && IFS=\n"
                                 "for w in $b; do case $w in\n"
                                 "*%s*) set -- \"$@\" \"${w%%%s*}$u${w#*%s}\"; put=yes ;;\n"
                                 "*) set -- \"$@\" \"$w\" ;;\n"
                                 "esac; done; [ $# -gt 0 ] || continue\n"
                                 "[ $put = yes ] || set -- \"$@\" \"$u\"\n"
                                 "\"$@\" && break; done) >/dev/null 2>&1 &";
    const char *argv[] = { "/bin/sh", "-c", script, browser, url, NULL };
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
