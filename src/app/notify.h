/* notify: what a viewer does when an alert rule fires: the bell, notices of the desktop (OSC
 * 9 and OSC 777) and the terminal's title, as the rule asks for. Each viewer may leave them. */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include "core/buf.h"
#include "store/alerting.h"

struct viewer;

struct notify {
    bool begun; /* what came before this viewer is no news to it */
    bool off;
    int64_t last;   /* notice */
    int64_t titled; /* how many the title tells of */
};

/* When the store changed; outside of a read. */
void notify_look(struct viewer *v);
void notify_switch(struct viewer *v); /* off and on */

/* The bytes for the terminal. inside: tmux or screen are around it, which pass on what is
 * wrapped for them. */
enum notify_inside { NOTIFY_PLAIN, NOTIFY_TMUX, NOTIFY_SCREEN };
void notify_bytes(struct buf *out, const struct stored_notice *notice, enum notify_inside inside);

#endif
