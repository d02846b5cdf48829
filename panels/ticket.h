/* ticket: the detail of one ticket, painted: its SLAs, every time by the clock and in
 * business time, whom it waited for, what it is tied to, and how it begins. */
#ifndef PANELS_TICKET_H
#define PANELS_TICKET_H

#include "suggest.h"
#include "tie.h"

enum { TICKET_SLAS = 8, TICKET_LINKS = 8, TICKET_TIMES = 4, TICKET_NAMES = 6 };

/* How a ticket stands to an SLA, as the table and the detail show it. */
struct ticket_clock {
    enum dx_glyph glyph;
    enum dx_role role;      /* of the glyph and of the number */
    bool has_glyph, number; /* number: text is a countdown; else a word */
    char text[24];          /* "-41m", "1h25m", "paused"; "–" */
    double left_ms;         /* NaN: nobody knows */
};

/* "-41m", "1h25m", "17h", "3d": what people are measured by counts in minutes. Returns out. */
const char *ticket_countdown(char *out, size_t cap, double left_ms);
/* The same in a sentence, without a sign: "1h 25m". */
const char *ticket_span(char *out, size_t cap, double ms);
/* A word that says something behind what out has, with " · " between them. */
void ticket_add_word(char *out, size_t cap, const char *before, const char *word);
/* Of a row of DX_QUERY_TICKETS. */
struct ticket_clock ticket_clock(const struct dx_rows *rows, int64_t now_ms);

struct ticket_time {
    const char *label, *what; /* "first reply"; how it is defined */
    int64_t at_ms;
    double seconds, business_s; /* from CREATED; NaN: not known */
    bool unknown;               /* whether it is so yet nobody can say */
    char basis[48];             /* what at_ms was read from; "" */
};

struct ticket_sla_line {
    char name[80];
    int64_t state, due_ms, said_ms;
    double left_ms, goal_s; /* NaN: not known */
    bool of_its_own;        /* left_ms is by its own calendar, and not by the clock */
};

/* Its time is over, and it counts. */
bool ticket_sla_over(const struct ticket_sla_line *sla);
const char *ticket_sla_word(const struct ticket_sla_line *sla); /* "runs", "breached" */

struct ticket_detail {
    bool found, done, gone; /* gone: deleted, moved, not wanted any more */
    int64_t now_ms, priority, said_ms;
    struct ticket_clock clock;
    char key[32], title[400], sla[80], kind[300], who[200], labels[300], text[1200], url[600];
    int64_t due_ms;
    struct ticket_time times[TICKET_TIMES];
    struct ticket_sla_line slas[TICKET_SLAS];
    char links[TICKET_LINKS][120];
    struct tie_named names[TICKET_NAMES];
    size_t sla_count, link_count, name_count, pauses; /* of all, also those that have no room */
    struct suggestions suggestions;
    double stayed_s[DX_STAY_WAITING + 1]; /* how long in all, by enum dx_stay */
    bool stays_known;
    double paused_s;
    int64_t waits_since_ms; /* it still waits for somebody outside; 0: it does not */
};

/* In update(): read the ticket with this key. */
void ticket_read(struct ticket_detail *ticket, const struct dx_view *view, struct dx_list *list,
                 const struct dx_filter *filter);
void ticket_draw(const struct ticket_detail *ticket, struct dx_canvas *canvas); /* in draw() */

#endif
