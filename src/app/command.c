/* command: the line behind `:`. */
#include "config.h"

#include "app/command.h"

#include <stdio.h>
#include <string.h>

#include "app/actions.h"
#include "app/complete.h"
#include "app/viewer.h"
#include "core/text.h"

/* ---- doing it ---- */

static void not_known(struct viewer *v, const char *word)
{
    const char *near = text_nearest(word, action_names);

    viewer_say(v, "unknown command \"%.40s\"%s%s%s", word, near ? "; did you mean \"" : "",
               near ? near : "", near ? "\"?" : "");
}

void command_run(struct viewer *v, const char *text)
{
    const struct action_kind *kind;
    char word[LINE_MOST + 1];
    enum action action;
    size_t len;

    text += strspn(text, " ");
    len = strcspn(text, " ");
    (void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
    text += len + strspn(text + len, " ");
    if (!*word)
        return;
    action = complete_action(word, strlen(word));
    if (action == ACTION_COUNT) {
        not_known(v, word);
        return;
    }
    kind = &action_kinds[action];
    if (*text && !kind->argument)
        viewer_say(v, "%s takes nothing after it", action_names[action]);
    else if (!*text && kind->argument && *kind->argument != '[')
        viewer_say(v, "%s %s: something is missing", action_names[action], kind->argument);
    else
        actions_do(v, action, &(struct deed){ .nth = 0, .tab = true, .text = text });
}

/* ---- typing it ---- */

void command_begin(struct viewer *v, const char *text)
{
    v->typing = TYPING_COMMAND;
    v->command.back = 0;
    v->command.nth = -1;
    v->line.most = 0;
    line_set(&v->line, text);
    v->want_draw = true;
}

static void go_back(struct viewer *v, int by)
{
    struct command *c = &v->command;

    if (by > 0 ? c->back == c->history.count : c->back == 0)
        return;
    if (c->back == 0)
        text_copy(c->typed, sizeof(c->typed), v->line.text);
    c->back = by > 0 ? c->back + 1 : c->back - 1;
    line_set(&v->line, c->back > 0 ? c->history.lines[c->history.count - c->back] : c->typed);
}

static void complete(struct viewer *v, int by)
{
    struct command *c = &v->command;
    char whole[LINE_MOST + 1];
    struct completion completion;

    if (c->nth < 0)
        text_copy(c->typed, sizeof(c->typed), v->line.text);
    complete_find(v, c->typed, &completion);
    if (completion.count == 0)
        return;
    if (c->nth < 0)
        c->nth = completion.at < 0 && by < 0 ? 0 : completion.at;
    c->nth = (c->nth + by + (int)completion.count) % (int)completion.count;
    (void)snprintf(whole, sizeof(whole), "%.*s%.*s", (int)completion.from, c->typed, 100,
                   completion.name[c->nth]);
    line_set(&v->line, whole);
    /* The only one: on to what stands after it. */
    if (completion.count == 1 && completion.from == 0 &&
        action_kinds[action_find(completion.name[0])].argument) {
        (void)snprintf(whole, sizeof(whole), "%s ", completion.name[0]);
        line_set(&v->line, whole);
        c->nth = -1;
    }
}

static void end(struct viewer *v, bool run)
{
    char text[LINE_MOST + 1];

    v->typing = TYPING_NONE;
    if (!run)
        return;
    text_copy(text, sizeof(text), v->line.text);
    history_add(&v->command.history, text);
    command_run(v, text);
}

void command_type(struct viewer *v, const struct dx_event *event)
{
    struct command *c = &v->command;
    bool tab = event->key == DX_KEY_TAB;

    v->want_draw = true;
    if (event->key == DX_KEY_ENTER || event->key == DX_KEY_ESC) {
        end(v, event->key == DX_KEY_ENTER);
    } else if (event->key == DX_KEY_BACKSPACE && !*v->line.text) {
        end(v, false);
    } else if (tab) {
        complete(v, event->mods & DX_MOD_SHIFT ? -1 : 1);
    } else if (event->key == DX_KEY_UP || event->key == DX_KEY_DOWN) {
        c->nth = -1;
        go_back(v, event->key == DX_KEY_UP ? 1 : -1);
    } else if (line_type(&v->line, event)) {
        c->nth = -1;
        c->back = 0;
    }
}

/* ---- what it may become ---- */

const char *command_hint(struct viewer *v, char *out, size_t cap)
{
    const char *text = v->command.nth >= 0 ? v->command.typed : v->line.text;
    enum action action = complete_action(v->line.text, strcspn(v->line.text, " "));
    struct completion completion;
    size_t n = 0;

    out[0] = '\0';
    complete_find(v, text, &completion);
    if (action != ACTION_COUNT && (completion.from == 0 || completion.count == 0))
        (void)snprintf(out, cap, "%s%s%s: %s", action_names[action],
                       action_kinds[action].argument ? " " : "",
                       action_kinds[action].argument ? action_kinds[action].argument : "",
                       action_kinds[action].help);
    else
        for (size_t i = 0; i < completion.count && n + 1 < cap; i++)
            n += (size_t)snprintf(out + n, cap - n, "%s%s", i > 0 ? "  " : "", completion.name[i]);
    return out;
}
