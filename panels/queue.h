/* queue: inside of the queue panel: pools as it reads them, and what it paints. */
#ifndef PANELS_QUEUE_H
#define PANELS_QUEUE_H

#include "job.h"
#include "tie.h"

enum { HOURS = 24, SPARK = 2 * HOURS, NAME_MOST = 128 };

enum show { SHOW_LIST, SHOW_HEAT, SHOW_GRAPH };

struct pool {
    char key[32], name[NAME_MOST], source[64];
    char title[NAME_MOST + 68]; /* the name, and the source where another one has such a pool */
    double hours[SPARK]; /* p95 in seconds, each hour twice: a column wide enough shows them all */
    double ghost[SPARK]; /* the same a week before */
    double goal, warn;   /* seconds */
    int64_t waiting, online, n;
    double busy; /* NaN: unknown */
    double oldest_s, p50, p90, p95, p99, in, out;
    int64_t oldest_ms, none_since_ms;
    bool counted, none, approx; /* the server counts runners; it has none */
    bool counts;                /* how many wait is known */
    bool known;                 /* how many jobs there were; else some of them are forgotten */
    char text[160];
    enum dx_role wait_role, p95_role;
    int rank;
    size_t nth;
};

struct queue {
    const char *source; /* options */
    int64_t window_ms, warn_ms, bad_ms;
    int show;
    struct dx_items goals;

    struct dx_column columns[16]; /* view-model */
    struct pool *pools;
    size_t count, cap;
    char shown[32]; /* key of the pool that show: graph is of */
    int64_t now_ms;
    bool week; /* against the week before */
    int level;
    struct job_detail job;
    struct tie_marks *ties; /* in update() */
};

struct pool *queue_find(const struct queue *p, const char *key); /* NULL: no such pool */
/* The worst first, and told apart where two systems have pools of one name. */
void queue_arrange(struct queue *p);
/* P95 of each hour of a pool, "" of all; ghost: into the ghosts. */
void queue_read_hours(struct queue *p, const struct dx_view *view, const char *key, bool ghost);
/* That it has no runner is what there is to say of it: some job waits for one, or it is within its
 * goal. Pools are scaled to nothing when nobody needs them. */
bool queue_lacks(const struct pool *pool);
/* "3", of those that are busy; "–". Returns out. */
const char *queue_busy(const struct pool *pool, char *out, size_t cap);
/* "no runner since 13:58". Returns out. */
const char *queue_notice(const struct queue *p, const struct pool *pool, char *out, size_t cap);
/* Its finding: what of it is past the goal. */
void queue_tell(struct dx_list *list, const struct queue *p, const struct pool *pool);
void queue_draw_under(const void *state, const char *row_key, struct dx_canvas *canvas);
void queue_draw(const void *state, struct dx_canvas *canvas);

#endif
