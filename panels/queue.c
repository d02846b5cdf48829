/* queue: how long jobs wait for a runner, by pool; what waits now, and why. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"

static const char *const shows[] = { "list", "heat", "graph", NULL };

#define OPTION(field) offsetof(struct queue, field)

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(source),
      .fallback = "",
      .help = "only pools of this source" },
    { .name = "window",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(window_ms),
      .fallback = "24h",
      .help = "what P50 to P99 are over: 1h, 24h, 7d or 30d" },
    { .name = "warn",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(warn_ms),
      .fallback = "4m",
      .help = "with a longer P95 a pool is a warning" },
    { .name = "bad",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(bad_ms),
      .fallback = "5m",
      .help = "with a longer P95 it is bad: the goal of pools that have none of their own" },
    { .name = "goals",
      .type = DX_OPTION_MAP,
      .offset = OPTION(goals),
      .fallback = "",
      .help = "goals by pool, like {linux-xl: 5m, windows: 10m}; warn moves with them" },
    { .name = "show",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(show),
      .fallback = "list",
      .choices = shows,
      .help =
          "heat: the hours against the goal in place of the sparkline; graph: one pool's wait" },
    { 0 },
};

/* ---- columns ---- */

enum {
    STATE,
    POOL,
    WAIT,
    OLDEST,
    P50,
    P90,
    P95,
    P99,
    N,
    GOAL,
    GAUGE,
    RUNNERS,
    DAY,
    TICKETS,
    COUNT
};

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✗ past its goal, ! near it, – no runner online, ? some of its jobs are "
                "forgotten" },
    [POOL] = { "POOL", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 0, DX_FIT_MIDDLE,
               "the pool of runners, or the labels that jobs ask for" },
    [WAIT] = { "WAIT", DX_CELL_NUMBER, DX_UNIT_COUNT, 0, 4, 6, DX_FIT_RIGHT,
               "jobs that wait for a runner now" },
    [OLDEST] = { "OLDEST", DX_CELL_AGE, DX_UNIT_SECONDS, 0, 6, 7, DX_FIT_RIGHT,
                 "how long the first of them has waited; bad past twice the goal" },
    [P50] = { "P50", DX_CELL_NUMBER, DX_UNIT_SECONDS, 3, 6, 7, DX_FIT_RIGHT,
              "half of the jobs that got a runner within the window waited this long at most" },
    [P90] = { "P90", DX_CELL_NUMBER, DX_UNIT_SECONDS, 9, 6, 7, DX_FIT_RIGHT, "the same of 90 %" },
    [P95] = { "P95", DX_CELL_NUMBER, DX_UNIT_SECONDS, 0, 6, 7, DX_FIT_RIGHT, "the same of 95 %" },
    [P99] = { "P99", DX_CELL_NUMBER, DX_UNIT_SECONDS, 10, 6, 7, DX_FIT_RIGHT, "the same of 99 %" },
    [N] = { "N", DX_CELL_NUMBER, DX_UNIT_COUNT, 8, 5, 8, DX_FIT_RIGHT,
            "jobs that got a runner within the window: what the quantiles are of" },
    [GOAL] = { "GOAL", DX_CELL_TEXT, DX_UNIT_NONE, 7, 5, 6, DX_FIT_RIGHT,
               "what P95 is to be at most" },
    [GAUGE] = { "BUSY", DX_CELL_GAUGE, DX_UNIT_NONE, 6, 5, 12, DX_FIT_LEFT,
                "share of busy runners" },
    [RUNNERS] = { "RUNNERS", DX_CELL_TEXT, DX_UNIT_NONE, 5, 7, 9, DX_FIT_RIGHT,
                  "busy and online runners, where the server counts them" },
    [DAY] = { "24 H", DX_CELL_SPARK, DX_UNIT_NONE, 2, 4, SPARK, DX_FIT_LEFT,
              "P95 of each hour; full height is twice the goal" },
    [TICKETS] = TIE_COLUMN(4),
    [COUNT] = { 0 },
};

enum { JUDGED, WAITS, PIPELINE, RUN, JOB, WHY, BRANCH, WAITING_COUNT };

static const struct dx_column waiting_columns[] = {
    [JUDGED] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                 "✗ past twice the goal of its pool, ! past it, · within it" },
    [WAITS] = { "WAITS", DX_CELL_AGE, DX_UNIT_SECONDS, 0, 6, 7, DX_FIT_RIGHT,
                "since it was created, or since the server says it is queued" },
    [PIPELINE] = { "PIPELINE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 0, DX_FIT_MIDDLE, "whose it is" },
    [RUN] = { "RUN", DX_CELL_TEXT, DX_UNIT_NONE, 3, 5, 10, DX_FIT_LEFT, "its run" },
    [JOB] = { "JOB", DX_CELL_TEXT, DX_UNIT_NONE, 1, 6, 24, DX_FIT_MIDDLE, "its name" },
    [WHY] = { "WHY", DX_CELL_TEXT, DX_UNIT_NONE, 2, 8, 0, DX_FIT_LEFT,
              "what the server says; dim: what its counts of runners say" },
    [BRANCH] = { "REF", DX_CELL_TEXT, DX_UNIT_NONE, 4, 6, 20, DX_FIT_MIDDLE, "its branch" },
    [WAITING_COUNT] = { 0 },
};

static const struct dx_level levels[] = {
    { .name = "waiting", .columns = waiting_columns },
    { .name = NULL, .columns = NULL },
};

static const struct dx_column *columns_of(const void *state)
{
    const struct queue *p = state;

    return p->show == SHOW_GRAPH ? NULL : p->columns;
}

/* ---- goals ---- */

static const char *goal_text(const struct queue *p, const char *pool)
{
    const struct dx_pair *pairs = p->goals.item;

    for (size_t i = 0; i < p->goals.count; i++)
        if (strcmp(pairs[i].name, pool) == 0)
            return pairs[i].value;
    return NULL;
}

/* "5m", "90s", "1h"; NaN: it is none. */
static double parse_goal(const char *text)
{
    char *end;
    double n = strtod(text, &end);
    bool number = *text >= '0' && *text <= '9' && n > 0.;

    if (number && strcmp(end, "s") == 0)
        return n;
    if (number && strcmp(end, "m") == 0)
        return n * 60.;
    return number && strcmp(end, "h") == 0 ? n * 3600. : (double)NAN;
}

static bool open_panel(void *state, struct dx_error *err)
{
    struct queue *p = state;
    const struct dx_pair *pairs = p->goals.item;

    memcpy(p->columns, columns, sizeof(columns));
    if (p->show == SHOW_HEAT) {
        p->columns[DAY].title = "24 H / GOAL";
        p->columns[DAY].type = DX_CELL_HEAT;
        p->columns[DAY].max = 0;
        p->columns[DAY].help = "P95 of each hour, from idle to the goal and past it";
        p->columns[POOL].max = 28;
    }
    for (size_t i = 0; i < p->goals.count; i++)
        if (isnan(parse_goal(pairs[i].value)))
            return dx_fail(err, DX_FAULT_CONFIG, "goals: %.40s: \"%.40s\" is no duration like 5m",
                           pairs[i].name, pairs[i].value);
    if (p->bad_ms <= 0 || p->warn_ms > p->bad_ms)
        return dx_fail(err, DX_FAULT_CONFIG, "bad: it has to be more than nothing and than warn");
    return ci_check_window(p->window_ms, err);
}

/* ---- pools ---- */

static struct pool *new_pool(struct queue *p)
{
    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 16;
        struct pool *pools = realloc(p->pools, cap * sizeof(*pools));

        if (!pools)
            return NULL;
        p->pools = pools;
        p->cap = cap;
    }
    p->pools[p->count] = (struct pool){ .nth = p->count };
    return &p->pools[p->count++];
}

static enum dx_role role_of(double value, double warn, double bad)
{
    if (value > bad)
        return DX_ROLE_BAD;
    return value > warn ? DX_ROLE_WARN : DX_ROLE_TEXT;
}

/* One that waits may be among the slowest of a hundred: it is judged less hard. */
static void judge(const struct queue *p, struct pool *pool)
{
    const char *own = goal_text(p, pool->name);

    pool->goal = own ? parse_goal(own) : (double)p->bad_ms / 1000.;
    pool->warn = pool->goal * (double)p->warn_ms / (double)p->bad_ms;
    pool->p95_role = role_of(pool->p95, pool->warn, pool->goal);
    pool->wait_role = role_of(pool->oldest_s, pool->goal, 2. * pool->goal);
    if (pool->p95_role == DX_ROLE_BAD || pool->wait_role == DX_ROLE_BAD)
        pool->rank = 0; /* one without a runner too, where jobs wait for it that long */
    else if (pool->none && pool->waiting > 0)
        pool->rank = 1;
    else if (pool->p95_role == DX_ROLE_WARN || pool->wait_role == DX_ROLE_WARN)
        pool->rank = 2;
    else
        pool->rank = 3;
}

static void take_pool(struct queue *p, struct pool *pool, const struct dx_rows *rows)
{
    (void)ci_copy(pool->key, sizeof(pool->key), dx_text(rows, DX_FIELD_KEY));
    (void)ci_copy(pool->name, sizeof(pool->name), dx_text(rows, DX_FIELD_NAME));
    (void)ci_copy(pool->source, sizeof(pool->source), dx_text(rows, DX_FIELD_SOURCE));
    (void)ci_copy(pool->text, sizeof(pool->text), dx_text(rows, DX_FIELD_TEXT));
    pool->waiting = dx_int(rows, DX_FIELD_WAITING);
    pool->counts = dx_has(rows, DX_FIELD_WAITING);
    pool->oldest_ms = dx_int(rows, DX_FIELD_OLDEST);
    pool->oldest_s =
        pool->oldest_ms > 0 ? (double)(p->now_ms - pool->oldest_ms) / 1000. : (double)NAN;
    pool->counted = dx_has(rows, DX_FIELD_ONLINE);
    pool->online = dx_int(rows, DX_FIELD_ONLINE);
    pool->busy = dx_number(rows, DX_FIELD_BUSY);
    pool->none = pool->counted && pool->online == 0;
    pool->none_since_ms = dx_int(rows, DX_FIELD_NONE_SINCE);
    pool->n = dx_int(rows, DX_FIELD_N);
    pool->known = dx_has(rows, DX_FIELD_N);
    pool->approx = dx_int(rows, DX_FIELD_APPROX) == 1;
    pool->p50 = ci_seconds(rows, DX_FIELD_P50);
    pool->p90 = ci_seconds(rows, DX_FIELD_P90);
    pool->p95 = ci_seconds(rows, DX_FIELD_P95);
    pool->p99 = ci_seconds(rows, DX_FIELD_P99);
    pool->in = dx_number(rows, DX_FIELD_PER_HOUR_IN);
    pool->out = dx_number(rows, DX_FIELD_PER_HOUR_OUT);
    for (int i = 0; i < SPARK; i++)
        pool->hours[i] = pool->ghost[i] = (double)NAN;
    judge(p, pool);
}

static void read_pools(struct queue *p, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_POOLS,
                DX_FILTER(.source = p->source, .window_ms = p->window_ms, .key = key));
    struct pool *pool;

    p->count = 0;
    while (dx_next(rows) && (pool = new_pool(p)) != NULL)
        take_pool(p, pool, rows);
    queue_read_hours(p, view, key, false);
    p->week = dx_before(view) != NULL;
    if (p->week)
        queue_read_hours(p, dx_before(view), key, true);
    queue_arrange(p);
}

/* ---- rows ---- */

static struct dx_cell quantile(const struct pool *pool, double value, enum dx_role role, char *text,
                               size_t cap)
{
    struct dx_cell cell = { .value = value,
                            .role = role,
                            .attr = role == DX_ROLE_BAD ? DX_BOLD : 0 };
    char number[64];

    if (pool->approx && !isnan(value)) {
        (void)snprintf(text, cap, "≈%s", dx_format(number, sizeof(number), DX_UNIT_SECONDS, value));
        cell.text = text;
    }
    return cell;
}

/* "≤5m" rather than "≤5m00s": it is a whole number of minutes mostly. */
static void goal_words(char *out, size_t cap, double goal)
{
    char number[64];

    (void)snprintf(out, cap, "≤%s", dx_format(number, sizeof(number), DX_UNIT_SECONDS, goal));
    if (strlen(out) > 3 && strcmp(out + strlen(out) - 3, "00s") == 0)
        out[strlen(out) - 3] = '\0';
}

static void add_pool(struct dx_list *list, const struct queue *p, const struct pool *pool)
{
    static const struct dx_cell looks[] = {
        { .value = DX_GLYPH_BAD, .role = DX_ROLE_BAD },
        { .value = DX_GLYPH_NONE, .role = DX_ROLE_WARN },
        { .value = DX_GLYPH_WARN, .role = DX_ROLE_WARN },
        { .value = DX_GLYPH_GOOD, .role = DX_ROLE_GOOD },
    };
    char q[4][80], goal[40], runners[48], text[220];
    struct dx_cell cells[COUNT];

    goal_words(goal, sizeof(goal), pool->goal);
    (void)snprintf(runners, sizeof(runners), "–");
    if (pool->counted)
        (void)snprintf(runners, sizeof(runners), "%.20s/%lld", queue_busy(pool, text, sizeof(text)),
                       (long long)pool->online);
    cells[STATE] = looks[pool->rank];
    if (queue_lacks(pool))
        cells[STATE].value = DX_GLYPH_NONE;
    else if (!pool->known && pool->rank == 3)
        cells[STATE] = (struct dx_cell){ .value = DX_GLYPH_FEW, .role = DX_ROLE_DIM };
    cells[POOL] = (struct dx_cell){ .text = pool->title,
                                    .role = DX_ROLE_TEXT,
                                    .attr = pool->rank == 0 ? DX_BOLD : 0 };
    cells[WAIT] = (struct dx_cell){ .value = pool->counts ? (double)pool->waiting : (double)NAN,
                                    .role = pool->waiting > 0 ? DX_ROLE_TEXT : DX_ROLE_DIM };
    cells[OLDEST] =
        (struct dx_cell){ .value = pool->oldest_ms > 0 ? (double)pool->oldest_ms : (double)NAN,
                          .role = pool->wait_role,
                          .attr = pool->wait_role == DX_ROLE_BAD ? DX_BOLD : 0 };
    cells[P50] = quantile(pool, pool->p50, DX_ROLE_DIM, q[0], sizeof(q[0]));
    cells[P90] = quantile(pool, pool->p90, DX_ROLE_DIM, q[1], sizeof(q[1]));
    cells[P95] = quantile(pool, pool->p95, pool->p95_role, q[2], sizeof(q[2]));
    cells[P99] = quantile(pool, pool->p99, DX_ROLE_DIM, q[3], sizeof(q[3]));
    cells[N] = (struct dx_cell){ .value = pool->known ? (double)pool->n : (double)NAN,
                                 .role = DX_ROLE_DIM };
    cells[GOAL] = (struct dx_cell){ .text = goal, .value = pool->goal, .role = DX_ROLE_DIM };
    cells[GAUGE] =
        (struct dx_cell){ .value = pool->online > 0 ? pool->busy / (double)pool->online
                                                    : (double)(pool->counted ? 0. : (double)NAN),
                          .goal = (double)NAN,
                          .role = DX_ROLE_TEXT };
    cells[RUNNERS] = (struct dx_cell){ .text = runners, .role = DX_ROLE_TEXT };
    cells[DAY] =
        (struct dx_cell){ .values = pool->hours,
                          .count = SPARK,
                          .goal = pool->goal,
                          .role = pool->p95_role == DX_ROLE_WARN ? DX_ROLE_WARN : DX_ROLE_BAD };
    cells[TICKETS] = tie_cell(p->ties, pool->key);
    if (queue_lacks(pool)) {
        for (int i = P90; i <= (p->show == SHOW_HEAT ? RUNNERS : DAY); i++)
            cells[i] = (struct dx_cell){ .text = "", .value = (double)NAN };
        cells[P50] = (struct dx_cell){ .text = queue_notice(p, pool, text, sizeof(text)),
                                       .value = (double)NAN,
                                       .role = pool->waiting == 0 ? DX_ROLE_DIM
                                               : pool->rank == 0  ? DX_ROLE_BAD
                                                                  : DX_ROLE_WARN,
                                       .attr = DX_SPAN };
    }
    dx_add(list, DX_ROW(.key = pool->key, .url = "", .cells = cells, .into = pool->title));
    if (pool->rank < 3)
        queue_tell(list, p, pool);
}

/* ---- what waits ---- */

static struct dx_cell judged(enum dx_role role)
{
    if (role == DX_ROLE_TEXT)
        return (struct dx_cell){ .value = DX_GLYPH_DOT, .role = DX_ROLE_DIM };
    return (struct dx_cell){ .value = role == DX_ROLE_BAD ? DX_GLYPH_BAD : DX_GLYPH_WARN,
                             .role = role };
}

static void add_waiting(struct dx_list *list, const struct dx_rows *rows, const struct pool *pool,
                        const struct ci_prefix *prefix, int64_t now_ms)
{
    double created = ci_time(rows, DX_FIELD_CREATED);
    double waits_s = ((double)now_ms - created) / 1000.;
    bool gate = dx_int(rows, DX_FIELD_PHASE) == DX_PHASE_GATE;
    const char *why = dx_text(rows, DX_FIELD_WHY);
    bool said = *why != '\0';
    enum dx_role role =
        pool && !gate ? role_of(waits_s, pool->goal, 2. * pool->goal) : DX_ROLE_TEXT;
    char name[300], number[100];
    struct dx_cell cells[WAITING_COUNT];

    if (!said && gate)
        why = "held: approval, or another run";
    else if (!said && pool && pool->none)
        why = "no runner online";
    else if (!said && pool && pool->counted && pool->busy >= (double)pool->online)
        why = "no free runner";
    else if (!said)
        why = "–";
    cells[JUDGED] = judged(role);
    cells[WAITS] = (struct dx_cell){ .value = created,
                                     .role = role,
                                     .attr = role == DX_ROLE_BAD ? DX_BOLD : 0 };
    cells[PIPELINE] = (struct dx_cell){ .text = ci_pipeline(name, sizeof(name), rows, prefix),
                                        .role = DX_ROLE_TEXT };
    cells[RUN] =
        (struct dx_cell){ .text = ci_number(number, sizeof(number), rows), .role = DX_ROLE_DIM };
    cells[JOB] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_NAME), .role = DX_ROLE_TEXT };
    cells[WHY] = (struct dx_cell){ .text = why, .role = said ? DX_ROLE_TEXT : DX_ROLE_DIM };
    cells[BRANCH] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_BRANCH), .role = DX_ROLE_DIM };
    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_KEY), .url = dx_text(rows, DX_FIELD_URL),
                        .cells = cells, .into = dx_text(rows, DX_FIELD_NAME)));
}

static void list_waiting(struct queue *p, const struct dx_view *view, struct dx_list *list,
                         const char *key)
{
    struct ci_prefix prefix = ci_prefix(view, p->source);
    struct dx_rows *rows;

    read_pools(p, view, key);
    rows = dx_rows(view, DX_QUERY_JOBS, DX_FILTER(.key = key, .open = true));
    tie_note(view, list, key, "oldest first");
    if (ci_kept(view, 0) > 0)
        ci_empty(view, list, p->source, 0, "");
    else
        dx_empty(list, "No job waits here now.");
    while (dx_next(rows))
        add_waiting(list, rows, queue_find(p, key), &prefix, dx_now(view));
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct queue *p = state;
    char window[32], note[80];

    (void)err;
    p->now_ms = dx_now(view);
    p->level = p->show == SHOW_GRAPH ? 0 : dx_depth(view);
    (void)snprintf(p->shown, sizeof(p->shown), "%s", dx_key(view, 1));
    (void)ci_window(window, sizeof(window), p->window_ms);
    if (p->level == 1) {
        list_waiting(p, view, list, p->shown);
    } else if (p->level == 2) {
        job_read(&p->job, view, list, dx_key(view, 2));
    } else {
        read_pools(p, view, p->show == SHOW_GRAPH ? p->shown : "");
        (void)ci_kept_note(note, sizeof(note), window, ci_kept(view, p->window_ms));
        dx_note(list, p->show == SHOW_GRAPH ? "wait p95, 24 h" : note);
        ci_empty(view, list, p->source, p->window_ms, "No job has asked for a runner yet.");
        p->ties = tie_marks_read(view);
        for (size_t i = 0; i < p->count && p->show != SHOW_GRAPH; i++)
            add_pool(list, p, &p->pools[i]);
        tie_marks_free(p->ties);
        p->ties = NULL;
    }
    return true;
}

static const char *title(const void *state)
{
    return ((const struct queue *)state)->show == SHOW_GRAPH ? "Queue" : "Queues";
}

static const char *source(const void *state)
{
    return ((const struct queue *)state)->source;
}

static void close_panel(void *state)
{
    free(((struct queue *)state)->pools);
}

CI_CHANGES({ "P95 rose: the longest rise first", P95, 1, DX_MISSING_UNKNOWN, DX_CHANGE_UNIT },
           { "P50 rose", P50, 1, DX_MISSING_UNKNOWN, DX_CHANGE_UNIT },
           { "more jobs waited", WAIT, 1, DX_MISSING_UNKNOWN, DX_CHANGE_UNIT },
           { "", N, 1, DX_MISSING_UNKNOWN, DX_CHANGE_UNIT })

extern const struct dx_panel dx_panel_queue;
DX_EXPORT const struct dx_panel dx_panel_queue = {
    DX_PANEL_HEAD,
    .name = "queue",
    .summary = "how long jobs wait for a runner, by pool; what waits now, and why",
    .help = "A wait is from the moment a job wants a runner until it has one. P50 to P99 are over "
            "the waits of jobs that got their runner within the window, by linear interpolation "
            "between the two nearest; ≈: from a histogram, within 1 %. Jobs that still wait are in "
            "WAIT and OLDEST, never in P50 to P99. Left out: waits for an approval or for another "
            "run (that is no lack of runners), and waits that the server does not let us know. A "
            "wait that came out negative counts as 0.\n"
            "A pool is bad when its P95 is past its goal, or when its oldest job has waited for "
            "more than twice the goal.",
    .reads = 1u << DX_KIND_RUN | 1u << DX_KIND_POOL,
    .state_size = sizeof(struct queue),
    .options = options,
    .min_rows = 6,
    .min_cols = 36,
    .columns = columns,
    .open = open_panel,
    .close = close_panel,
    .update = update,
    .draw = queue_draw,
    .columns_of = columns_of,
    .title = title,
    .source = source,
    .under = queue_draw_under,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .changes = changes,
};
