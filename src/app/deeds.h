/* deeds: what actions do, for the table of actions.c: each in the file of what it is
 * about (move, lists, wishes, mouse). */
#ifndef APP_DEEDS_H
#define APP_DEEDS_H

#include "app/viewer.h"

/* How an action was asked for. */
struct deed {
    int nth;          /* which of the action's keys, from 0 */
    bool tab;         /* it is on Tab: to another panel, not from tile to tile */
    const char *text; /* what stands after the command; "" nothing */
};

void do_up(struct viewer *v, const struct deed *deed);
void do_down(struct viewer *v, const struct deed *deed);
void do_page_up(struct viewer *v, const struct deed *deed);
void do_page_down(struct viewer *v, const struct deed *deed);
void do_first(struct viewer *v, const struct deed *deed);
void do_last(struct viewer *v, const struct deed *deed);
void do_view(struct viewer *v, const struct deed *deed);
void do_next_panel(struct viewer *v, const struct deed *deed);
void do_previous_panel(struct viewer *v, const struct deed *deed);
void do_open(struct viewer *v, const struct deed *deed);
void do_back(struct viewer *v, const struct deed *deed);
void do_zoom(struct viewer *v, const struct deed *deed);

void do_filter(struct viewer *v, const struct deed *deed);
void do_next_match(struct viewer *v, const struct deed *deed);
void do_previous_match(struct viewer *v, const struct deed *deed);
void do_sort(struct viewer *v, const struct deed *deed);
void do_seen(struct viewer *v, const struct deed *deed);
void do_reverse(struct viewer *v, const struct deed *deed);

void do_url(struct viewer *v, const struct deed *deed);
void do_copy(struct viewer *v, const struct deed *deed);
void do_poll(struct viewer *v, const struct deed *deed);
void do_claim(struct viewer *v, const struct deed *deed);
void do_snooze(struct viewer *v, const struct deed *deed);
void do_accept(struct viewer *v, const struct deed *deed);
void do_ignore(struct viewer *v, const struct deed *deed);
void do_undo(struct viewer *v, const struct deed *deed);
void do_mouse(struct viewer *v, const struct deed *deed);

#endif
