/* poller: one source: timer, plan, requests one after the other, commit.
 *
 * What a poll brought is committed in one transaction, with its cursors and with the
 * ETags that may be kept (collect/etags.h). A long one is committed in pieces
 * (collect/piece.h), so that the screen shows the newest data at once, and a restart
 * goes on where it stopped; one that fails keeps what came before as such a piece. */
#ifndef COLLECT_POLLER_H
#define COLLECT_POLLER_H

#include <ev.h>

#include "config/config.h"
#include "core/time.h"
#include "net/http.h"
#include "store/store.h"

struct causes;

struct pollers { /* what they share */
    struct ev_loop *loop;
    struct http *http;
    struct store *store;
    const struct clock *clock;
    const struct causes *causes; /* why jobs failed; NULL: is not looked for */
    bool once;                   /* each polls once */
    int64_t until_boot_ms;       /* that round is given up then; 0: never */
    int64_t most_bytes; /* that a poll may bring, about: the rest comes with the next; 0: any */
    void (*polled)(void *self, bool first, bool ok); /* after each poll; the first of a source */
    void (*committed)(void *self);                   /* after each commit */
    /* A commit waits for poller_go_on(), as the store is held up. */
    void (*held)(void *self, const struct dx_error *err);
    void (*broken)(void *self, const struct dx_error *err); /* the store refuses: end */
    void *self;

    size_t under_way; /* polls that are */
};

struct poller;

struct poller *poller_new(struct pollers *shared, const struct source_settings *settings,
                          int64_t id);
void poller_free(struct poller *poller); /* cancels what is under way */
void poller_start(struct poller *poller, double delay_s);
/* Its poll should have begun: the machine slept, and the loop's clock stood meanwhile. */
bool poller_is_overdue(const struct poller *poller);
/* A wish: poll now, unless it did so within the last five seconds. */
void poller_wish(struct poller *poller);
/* The store may be written again: what waits for that goes on. */
void poller_go_on(struct poller *poller);
const char *poller_name(const struct poller *poller);
int64_t poller_brought(const struct poller *poller); /* bytes to be read, by the poll under way */
uint32_t poller_yields(const struct source_settings *settings);
int64_t poller_reach(const struct source_settings *settings); /* how far back it fills, ms */

#endif
