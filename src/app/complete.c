/* complete: what a command that was begun may become. */
#include "config.h"

#include "app/complete.h"

#include <string.h>
#include <strings.h>

#include "app/move.h"
#include "app/picture.h"
#include "app/state.h"
#include "core/text.h"
#include "model/action.h"

struct words {
    const char **names;
    size_t count;
};

static void add(struct words *words, const char *name)
{
    if (name && *name && words->count < COMPLETIONS_MOST)
        words->names[words->count++] = name;
}

/* What may stand after an action: views, themes, columns, formats, sources. Ends at NULL;
 * an empty list: anything, or nothing. names: COMPLETIONS_MOST + 1. */
static void words_of(struct viewer *v, enum action action, const char **names)
{
    static const char *const spans[] = { "30m", "1h", "2h", "4h", "8h", "1d", "3d", "7d" };
    const struct instance *in = move_focused(v);
    struct words words = { .names = names };

    if (action == ACTION_VIEW)
        for (size_t i = 0; i < v->page_count; i++)
            add(&words, v->pages[i].settings->name);
    else if (action == ACTION_THEME)
        for (size_t i = 0; state_themes[i]; i++)
            add(&words, state_themes[i]);
    else if (action == ACTION_SAVE)
        for (int i = 0; i < PICTURE_ROLES; i++)
            add(&words, picture_formats[i]);
    else if (action == ACTION_POLL)
        for (size_t i = 0; i < v->facts.source_count; i++)
            add(&words, v->facts.source[i].name);
    else if (action == ACTION_SNOOZE)
        for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
            add(&words, spans[i]);
    else if (action == ACTION_SORT && in && in->columns)
        for (int i = 0; i < in->table->column_count; i++)
            add(&words, in->columns[i].title);
    names[words.count] = NULL;
}

enum action complete_action(const char *word, size_t len)
{
    enum action found = ACTION_COUNT;
    int count = 0;

    for (int i = 0; i < ACTION_COUNT; i++) {
        if (strncasecmp(action_names[i], word, len) != 0)
            continue;
        if (action_names[i][len] == '\0')
            return (enum action)i;
        found = (enum action)i;
        count++;
    }
    return len > 0 && count == 1 ? found : ACTION_COUNT;
}

/* Those that begin so; is it one of them? */
static bool keep(struct completion *completion, const char *const *names, const char *begun)
{
    bool whole = false;

    for (completion->count = 0; *names && completion->count < COMPLETIONS_MOST; names++) {
        if (strncasecmp(*names, begun, strlen(begun)) != 0)
            continue;
        completion->name[completion->count++] = *names;
        whole = whole || strcasecmp(*names, begun) == 0;
    }
    return whole;
}

void complete_find(struct viewer *v, const char *text, struct completion *completion)
{
    const char *names[COMPLETIONS_MOST + 1] = { NULL }, *const *all = action_names;
    size_t len = strcspn(text, " ");

    *completion = (struct completion){ .at = -1 };
    if (text[len]) {
        completion->from = len + strspn(text + len, " ");
        words_of(v, complete_action(text, len), names);
        all = names;
    }
    if (keep(completion, all, text + completion->from) && completion->count == 1 &&
        completion->from > 0)
        (void)keep(completion, all, "");
    for (size_t i = 0; i < completion->count; i++)
        if (strcasecmp(completion->name[i], text + completion->from) == 0)
            completion->at = (int)i;
}

const char *complete_only(struct viewer *v, enum action action, const char *text, size_t *count)
{
    const char *names[COMPLETIONS_MOST + 1], *found = NULL;

    *count = 0;
    words_of(v, action, names);
    for (size_t i = 0; names[i]; i++) {
        if (strcasecmp(names[i], text) == 0)
            return names[i];
        if (strncasecmp(names[i], text, strlen(text)) == 0) {
            found = names[i];
            (*count)++;
        }
    }
    return *count == 1 ? found : NULL;
}

const char *complete_meant(struct viewer *v, enum action action, const char *text)
{
    const char *names[COMPLETIONS_MOST + 1], *near;
    size_t count;
    const char *found = complete_only(v, action, text, &count);

    if (found)
        return found;
    words_of(v, action, names);
    near = text_nearest(text, names);
    viewer_say(v, "%s: %s \"%.40s\"%s%s%s", action_names[action],
               count > 1 ? "more than one begins with" : "there is no", text,
               near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return NULL;
}
