/* say: what the user says of an alert. */
#include "config.h"

#include "app/say.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/viewer.h"
#include "core/text.h"

static const int64_t USUAL_MS = 3600000;
enum { WISH_MOST = 1200, WHO_MOST = 64 };

static void who_am_i(char *out, size_t cap)
{
    const struct passwd *pw = getpwuid(getuid());
    const char *name = pw && *pw->pw_name ? pw->pw_name : "somebody";

    (void)text_clean(out, cap, name, strlen(name));
}

static bool wish(struct viewer *v, int64_t until_ms, const char *who, const char *note)
{
    const char *what = v->saying.word == DX_WORD_SNOOZE ? "snooze" : "claim";
    struct dx_error err = { 0 };
    char arg[WISH_MOST];

    (void)snprintf(arg, sizeof(arg), "%s\t%" PRId64 "\t%s\t%s", v->saying.key, until_ms, who, note);
    if (store_wish(v->app->store, what, arg, &err))
        return true;
    viewer_say(v, "%s", err.text);
    return false;
}

void say_begin(struct viewer *v, const char *key, enum dx_word word, bool back)
{
    v->saying = (struct saying){ .word = word };
    text_copy(v->saying.key, sizeof(v->saying.key), key);
    v->want_draw = true;
    if (back) {
        if (wish(v, 0, "", ""))
            viewer_say(v, word == DX_WORD_SNOOZE ? "it is awake again" : "it is nobody's");
        return;
    }
    v->typing = TYPING_WORD;
    v->line.most = 0;
    line_set(&v->line, "");
}

static void snooze(struct viewer *v, const char *who)
{
    const char *note = v->line.text + strcspn(v->line.text, " ");
    char span[32];
    int64_t ms = USUAL_MS;
    time_t until;
    struct tm tm;

    (void)snprintf(span, sizeof(span), "%.*s", (int)(note - v->line.text), v->line.text);
    if (*span && (!duration_parse(&ms, span) || ms <= 0)) {
        v->saying.wrong = true;
        return;
    }
    note += strspn(note, " ");
    ms += clock_now(&v->app->clock);
    until = (time_t)(ms / 1000);
    v->typing = TYPING_NONE;
    if (wish(v, ms, who, note) && localtime_r(&until, &tm)) {
        (void)strftime(span, sizeof(span), "%a %H:%M", &tm);
        viewer_say(v, "snoozed until %s", span);
    }
}

/* What stands in the line is all of it. */
static void finish(struct viewer *v)
{
    char who[WHO_MOST];

    who_am_i(who, sizeof(who));
    if (v->saying.word == DX_WORD_SNOOZE) {
        snooze(v, who);
        return;
    }
    v->typing = TYPING_NONE;
    if (!wish(v, 0, who, v->line.text))
        return;
    if (v->redacted)
        viewer_say(v, "claimed");
    else
        viewer_say(v, "claimed by %s", who);
}

void say_words(struct viewer *v, const char *key, enum dx_word word, const char *words)
{
    say_begin(v, key, word, false);
    line_set(&v->line, words);
    finish(v);
}

void say_type(struct viewer *v, const struct dx_event *event)
{
    v->want_draw = true;
    if (event->key == DX_KEY_ESC) {
        v->typing = TYPING_NONE;
    } else if (event->key != DX_KEY_ENTER) {
        v->saying.wrong = false;
        (void)line_type(&v->line, event);
    } else {
        finish(v);
    }
}

const char *say_hint(const struct viewer *v)
{
    if (v->saying.wrong)
        return "that is no span like 30m, 2h or 1d";
    return v->saying.word == DX_WORD_SNOOZE ? "snooze: for how long (1h), and why"
                                            : "claim: with a note";
}
