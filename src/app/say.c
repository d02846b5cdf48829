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
#include "store/alerting.h"

static const int64_t USUAL_MS = 3600000;
enum { WHO_MOST = 64, LATE_MS = 3000 };

static void who_am_i(char *out, size_t cap)
{
    const struct passwd *pw = getpwuid(getuid());
    const char *name = pw && *pw->pw_name ? pw->pw_name : "somebody";

    (void)text_clean(out, cap, name, strlen(name));
}

/* words: what it comes to. Only the collector makes it true. */
static void wish(struct viewer *v, int64_t until_ms, const char *who, const char *note,
                 const char *words)
{
    bool snooze = v->saying.word == DX_WORD_SNOOZE;
    struct said said = { .word = v->saying.word, .boot_ms = time_boot_ms() };
    struct dx_error err = { 0 };

    (void)snprintf(said.wish, sizeof(said.wish), "%s\t%" PRId64 "\t%s\t%s", v->saying.key, until_ms,
                   who, note);
    text_copy(said.words, sizeof(said.words), words);
    if (!store_wish(v->app->store, snooze ? "snooze" : "claim", said.wish, &err)) {
        viewer_say(v, "%s", err.text);
        return;
    }
    v->said = said;
    viewer_say(v, "the collector is asked");
}

void say_look(struct viewer *v)
{
    struct said *said = &v->said;
    enum word_kind kind = said->word == DX_WORD_SNOOZE ? WORD_SNOOZE : WORD_CLAIM;
    enum word_fate fate;
    struct dx_error err;

    if (!*said->wish || !store_word_fate(v->app->store, kind, said->wish, &fate, &err))
        return;
    if (fate == WORD_WAITS) {
        if (!said->late && time_boot_ms() - said->boot_ms >= LATE_MS) {
            said->late = true;
            viewer_say(v, "no collector has taken it yet; it waits for one");
        }
        return;
    }
    if (fate == WORD_STANDS)
        viewer_say(v, "%s", said->words);
    else
        viewer_say(v, "that was not kept: it is over, or somebody else spoke after you");
    said->wish[0] = '\0';
}

void say_begin(struct viewer *v, const char *key, enum dx_word word, bool back)
{
    v->saying = (struct saying){ .word = word };
    text_copy(v->saying.key, sizeof(v->saying.key), key);
    v->want_draw = true;
    if (back) {
        wish(v, 0, "", "", word == DX_WORD_SNOOZE ? "it is awake again" : "it is nobody's");
        return;
    }
    v->typing = TYPING_WORD;
    v->line.most = 0;
    line_set(&v->line, "");
}

static void snooze(struct viewer *v, const char *who)
{
    const char *note = v->line.text + strcspn(v->line.text, " ");
    char span[32], words[64] = "snoozed";
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
    if (localtime_r(&until, &tm))
        (void)strftime(words, sizeof(words), "snoozed until %a %H:%M", &tm);
    wish(v, ms, who, note, words);
}

/* What stands in the line is all of it. */
static void finish(struct viewer *v)
{
    char who[WHO_MOST], words[WHO_MOST + 16] = "claimed";

    who_am_i(who, sizeof(who));
    if (v->saying.word == DX_WORD_SNOOZE) {
        snooze(v, who);
        return;
    }
    v->typing = TYPING_NONE;
    if (!v->redacted)
        (void)snprintf(words, sizeof(words), "claimed by %s", who);
    wish(v, 0, who, v->line.text, words);
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
