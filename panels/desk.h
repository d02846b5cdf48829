/* desk: inside of the desk panel: what it reads of how tickets fare. */
#ifndef PANELS_DESK_H
#define PANELS_DESK_H

#include "ticket.h"

enum { DESK_DAYS = 14, DESK_GROUPS = 16 };

enum desk_part { DESK_REPLIES, DESK_CATEGORIES, DESK_DAYWISE, DESK_PARTS };

struct desk_kpi { /* a key number of first replies */
    double value, target;
    enum dx_kpi_state state;
    int64_t n, window_ms;
};

struct desk_group {
    char name[48];
    int64_t n;
    double seconds; /* p50 */
};

/* By the day, the oldest first; NaN: nobody knows. */
struct desk_days {
    double replies[DESK_DAYS], opened[DESK_DAYS], closed[DESK_DAYS], open[DESK_DAYS];
};

struct desk {
    struct dx_items show; /* option, of const char * */

    enum desk_part parts[DESK_PARTS]; /* in the order in which they are shown */
    size_t part_count;
    int64_t now_ms; /* view-model */
    bool known;     /* a source of tickets has answered */
    bool week;      /* before is known */
    struct desk_kpi p50, p90;
    struct desk_group groups[DESK_GROUPS];
    size_t group_count;
    struct desk_days days, before; /* before: a week before */
    int level;
    struct ticket_detail ticket; /* that was opened; key "": none */
};

const char *desk_name(enum desk_part part); /* "First reply" */
/* "n 54, 7 d": of how many, over what time. Returns out. */
const char *desk_note(const struct desk *p, enum desk_part part, char *out, size_t cap);
/* In update(), below its own level: categories, their tickets, and one of these. */
void desk_inside(struct desk *p, const struct dx_view *view, struct dx_list *list);
void desk_draw(const struct desk *p, struct dx_canvas *canvas);
/* "No ticket is open.", or that nobody knows, for no source of tickets has answered yet. */
const char *desk_nothing(const struct desk *p, const char *sentence);

#endif
