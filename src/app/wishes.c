/* wishes: what a panel, or the user, asks of others: a browser, the clipboard, the
 * collector. */
#include "config.h"

#include "app/wishes.h"

#include "app/complete.h"
#include "app/deeds.h"
#include "app/link.h"
#include "app/move.h"
#include "core/text.h"
#include "model/action.h"

static void grant(struct viewer *v, const struct dx_host *host)
{
    struct dx_error err = { 0 };

    if (host->changed)
        v->want_update = true;
    switch (host->wish) {
    case WISH_NONE:
        break;
    case WISH_URL:
        link_open(v, host->text);
        break;
    case WISH_COPY:
        link_copy(v, host->text);
        break;
    case WISH_MESSAGE:
        viewer_say(v, "%s", host->text);
        break;
    case WISH_POLL:
        if (store_wish(v->app->store, "poll", host->text, &err))
            viewer_say(v, "a poll of %s is asked for", *host->text ? host->text : "all sources");
        else
            viewer_say(v, "%s", err.text);
        break;
    case WISH_VERDICT:
        if (!store_wish(v->app->store, "triage", host->text, &err))
            viewer_say(v, "%s", err.text);
        break;
    case WISH_WORD:
        say_begin(v, host->text, host->word, host->back);
        break;
    }
}

/* Of the alert that the focused panel has selected. With words it is said at once, and anew
 * where it was said before. */
static void say(struct viewer *v, enum dx_word word, const char *words)
{
    struct instance *in = move_focused(v);
    const struct table_row *row = in && in->columns ? table_selected(in->table) : NULL;
    struct dx_host host = { .instance = in };
    struct dx_event event = {
        .size = sizeof(event), .type = DX_EVENT_WORD, .row_key = row ? row->key : "", .word = word
    };

    if (!in || instance_event(in, &event, &host) == DX_IGNORED) {
        viewer_say(v, "no alert is selected here");
        return;
    }
    if (row)
        in->table->chosen = true; /* where it goes to now, the same key takes it back */
    if (host.wish == WISH_WORD && *words)
        say_words(v, host.text, word, words);
    else
        grant(v, &host);
}

void do_claim(struct viewer *v, const struct deed *deed)
{
    say(v, DX_WORD_CLAIM, deed->text);
}

void do_snooze(struct viewer *v, const struct deed *deed)
{
    say(v, DX_WORD_SNOOZE, deed->text);
}

/* What the focused panel suggests. */
static void judge(struct viewer *v, enum dx_verdict verdict)
{
    static const char *const words[] = { [DX_VERDICT_NONE] = "undo",
                                         [DX_VERDICT_ACCEPTED] = "accept",
                                         [DX_VERDICT_IGNORED] = "ignore" };
    struct instance *in = move_focused(v);
    struct dx_host host = { .instance = in };
    struct dx_event event = {
        .size = sizeof(event), .type = DX_EVENT_VERDICT, .row_key = "", .verdict = verdict
    };

    if (!in || instance_event(in, &event, &host) == DX_IGNORED)
        viewer_say(v, "there is nothing to %s here", words[verdict]);
    else
        grant(v, &host);
}

void do_accept(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    judge(v, DX_VERDICT_ACCEPTED);
}

void do_ignore(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    judge(v, DX_VERDICT_IGNORED);
}

void do_undo(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    judge(v, DX_VERDICT_NONE);
}

/* Let the focused panel have the event. */
bool wishes_offer(struct viewer *v, struct instance *in, const struct dx_event *event)
{
    struct dx_host host = { .instance = in };
    struct dx_event mine = *event;
    const struct table_row *row = in->columns ? table_selected(in->table) : NULL;
    enum dx_reply reply;

    mine.row_key = row ? row->key : "";
    reply = instance_event(in, &mine, &host);
    grant(v, &host);
    return reply == DX_USED || host.changed || host.wish != WISH_NONE;
}

static const char *selected_url(struct viewer *v)
{
    struct instance *in = move_focused(v);

    return in ? instance_url(in) : "";
}

void do_url(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    link_open(v, selected_url(v));
}

void do_copy(struct viewer *v, const struct deed *deed)
{
    (void)deed;
    link_copy(v, selected_url(v));
}

void do_poll(struct viewer *v, const struct deed *deed)
{
    const char *source = *deed->text ? complete_meant(v, ACTION_POLL, deed->text) : "";
    struct dx_host host = { .wish = WISH_POLL };

    if (!source)
        return;
    text_copy(host.text, sizeof(host.text), source);
    grant(v, &host);
}
