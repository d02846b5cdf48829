/* narrow: the words that a list is narrowed by. */
#include "config.h"

#include "core/narrow.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool narrow_next(struct narrow *s)
{
    size_t len;
    const char *colon;

    s->rest += strspn(s->rest, " ");
    len = strcspn(s->rest, " ");
    if (len == 0)
        return false;
    s->wanted = *s->rest != '!';
    (void)snprintf(s->word, sizeof(s->word), "%.*s", (int)(len - !s->wanted), s->rest + !s->wanted);
    s->rest += len;
    colon = strchr(s->word, ':');
    s->column_len = colon ? (size_t)(colon - s->word) : 0;
    return true;
}

bool narrow_names(const struct narrow *s, const char *column)
{
    return s->column_len > 0 && strncasecmp(column, s->word, s->column_len) == 0;
}

bool narrow_in(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}
