/* deeds: what actions do, for the table of actions.c: each in the file of what it is
 * about (move, lists, wishes, mouse). */
#ifndef APP_DEEDS_H
#define APP_DEEDS_H

#include "app/viewer.h"

void do_up(struct viewer *v, const struct dx_event *event);
void do_down(struct viewer *v, const struct dx_event *event);
void do_page_up(struct viewer *v, const struct dx_event *event);
void do_page_down(struct viewer *v, const struct dx_event *event);
void do_first(struct viewer *v, const struct dx_event *event);
void do_last(struct viewer *v, const struct dx_event *event);
void do_view(struct viewer *v, const struct dx_event *event);
void do_next_panel(struct viewer *v, const struct dx_event *event);
void do_previous_panel(struct viewer *v, const struct dx_event *event);
void do_back(struct viewer *v, const struct dx_event *event);
void do_zoom(struct viewer *v, const struct dx_event *event);

void do_filter(struct viewer *v, const struct dx_event *event);
void do_sort(struct viewer *v, const struct dx_event *event);
void do_reverse(struct viewer *v, const struct dx_event *event);

void do_url(struct viewer *v, const struct dx_event *event);
void do_copy(struct viewer *v, const struct dx_event *event);
void do_poll(struct viewer *v, const struct dx_event *event);
void do_mouse(struct viewer *v, const struct dx_event *event);

#endif
