/* alert: one alert whole: what is said of it, its labels, and when it fired before. */
#ifndef PANELS_ALERT_H
#define PANELS_ALERT_H

#include <dxtop/panel.h>

enum { ALERT_KEY = 600, ALERT_TIMES = 12 };

struct alert_look {
    enum dx_glyph glyph;
    enum dx_role role;
    const char *word;
    bool apart; /* muted, or over */
};
struct alert_look alert_look(int64_t state, int64_t severity);

struct alert_time {
    int64_t since_ms, ended_ms; /* 0: not yet */
};

struct alert {
    bool found, stale; /* nobody looks at its rule, or it is not seen any more */
    struct alert_look look;
    int64_t now_ms, since_ms, ended_ms, seen_ms, snoozed_ms; /* snoozed until then; 0: not */
    char key[ALERT_KEY], name[300], summary[1200], labels[2048], muted_by[300], source[80];
    char owner[120], note[400], url[600];
    struct alert_time time[ALERT_TIMES]; /* in seven days, the latest first */
    size_t time_count, times;            /* times: of all in seven days */
};

/* In update(): the alert with this key of DX_QUERY_ALERTS. */
void alert_read(struct alert *alert, const struct dx_view *view, const char *key);
void alert_draw(const struct alert *alert, struct dx_canvas *canvas); /* in draw() */
/* name and value of each label, one a line, without those that the rest says. Returns the row
 * behind them. */
int alert_labels(struct dx_canvas *canvas, int row, const char *labels);

#endif
