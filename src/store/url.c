/* url: the address of a run or job, without what its row holds anyway. */
#include "config.h"

#include "store/ci.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The last place where what stands for itself: not inside of a longer word. */
static char *find_word(char *text, const char *what)
{
    size_t len = strlen(what);
    char *found = NULL;

    if (len == 0)
        return NULL;
    for (char *at = strstr(text, what); at; at = strstr(at + 1, what))
        if ((at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]))
            found = at;
    return found;
}

static void replace(char *text, const char *what, const char *mark)
{
    char *at = find_word(text, what);
    size_t len = strlen(what), mark_len = strlen(mark), rest;

    if (!at || strlen(text) + mark_len - len >= URL_TEXT)
        return;
    rest = strlen(at + len) + 1;
    memmove(at + mark_len, at + len, rest);
    for (size_t i = 0; i < mark_len; i++)
        at[i] = mark[i];
}

const char *url_fold(char *out, const char *url, const struct run *run, const char *job)
{
    out[0] = '\0';
    /* A brace is no part of a URL: it would be taken for a mark. */
    if (strlen(url) >= URL_TEXT || strpbrk(url, "{}"))
        return out;
    (void)snprintf(out, URL_TEXT, "%s", url);
    replace(out, job, "{j}");
    replace(out, run->id, "{r}");
    replace(out, run->number, "{n}"); /* where no id has it: the builds of Jenkins */
    replace(out, run->project, "{p}");
    return out;
}
