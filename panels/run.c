/* run: the list of runs, those that are not done first. */
#include "run.h"
#include "tie.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RUNS_MOST = 300 };

enum { STATE, PIPELINE, RUN, REF, AT, TOOK, QUEUED, CAUSE, JOBS, ACTOR, TITLE, COUNT };

const struct dx_column run_columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✓ passed, ✗ failed (red: by the platform), ◌ running, ! for longer than it "
                "should, "
                "· waits, – neither" },
    [PIPELINE] = { "PIPELINE", DX_CELL_TEXT, DX_UNIT_NONE, 1, 8, 26, DX_FIT_MIDDLE, "whose it is" },
    [RUN] = { "RUN", DX_CELL_TEXT, DX_UNIT_NONE, 0, 5, 12, DX_FIT_LEFT,
              "its number; /2: its second attempt" },
    [REF] = { "REF", DX_CELL_TEXT, DX_UNIT_NONE, 2, 6, 20, DX_FIT_MIDDLE,
              "branch or pull request" },
    [AT] = { "AT", DX_CELL_TEXT, DX_UNIT_NONE, 2, 5, 9, DX_FIT_RIGHT,
             "when it ended; of open ones, when it began" },
    [TOOK] = { "TOOK", DX_CELL_NUMBER, DX_UNIT_SECONDS, 1, 6, 7, DX_FIT_RIGHT,
               "from its start to its end; of running ones until now" },
    [QUEUED] = { "QUEUED", DX_CELL_NUMBER, DX_UNIT_SECONDS, 4, 6, 7, DX_FIT_RIGHT,
                 "how long it waited for its first runner" },
    [CAUSE] = { "CAUSE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 10, DX_FIT_LEFT,
                "who has to act on its failure; or how it stands" },
    [JOBS] = { "JOBS", DX_CELL_NUMBER, DX_UNIT_COUNT, 6, 4, 5, DX_FIT_RIGHT, "how many it has" },
    [ACTOR] = { "BY", DX_CELL_TEXT, DX_UNIT_NONE, 7, 6, 14, DX_FIT_LEFT, "who caused it" },
    [TITLE] = { "TITLE", DX_CELL_TEXT, DX_UNIT_NONE, 5, 12, 0, DX_FIT_LEFT,
                "what it is about, like the first line of the commit" },
    [COUNT] = { 0 },
};

static int64_t shown_time(const struct dx_rows *rows)
{
    int64_t at_ms = dx_int(rows, DX_FIELD_FINISHED);

    if (at_ms == 0)
        at_ms = dx_int(rows, DX_FIELD_STARTED);
    return at_ms > 0 ? at_ms : dx_int(rows, DX_FIELD_CREATED);
}

static double took(const struct dx_rows *rows, int64_t now_ms)
{
    if (dx_int(rows, DX_FIELD_PHASE) == DX_PHASE_RUNNING)
        return ((double)now_ms - ci_time(rows, DX_FIELD_STARTED)) / 1000.;
    return ci_seconds(rows, DX_FIELD_DURATION);
}

static void tell(struct dx_list *list, const char *pipeline, const char *number, double seconds)
{
    char name[100], subject[240], sentence[80], span[32];

    (void)snprintf(subject, sizeof(subject), "%s %s", ci_copy(name, sizeof(name), pipeline),
                   number);
    (void)snprintf(sentence, sizeof(sentence), "has been running for %s",
                   ci_span(span, sizeof(span), seconds));
    dx_finding(list, DX_ROLE_WARN, subject, sentence);
}

static void add(const struct dx_view *view, struct dx_list *list, const struct dx_rows *rows,
                const struct run_list *of, const struct ci_prefix *prefix)
{
    struct ci_look look = ci_look(rows);
    double seconds = took(rows, dx_now(view));
    bool stuck = of->stuck_ms > 0 && dx_int(rows, DX_FIELD_PHASE) == DX_PHASE_RUNNING &&
                 seconds * 1000. > (double)of->stuck_ms;
    int64_t attempt = dx_int(rows, DX_FIELD_ATTEMPT);
    char name[300], number[100], run[130], at[32];
    struct dx_cell cells[COUNT];

    if (stuck)
        look = (struct ci_look){ DX_GLYPH_WARN, DX_ROLE_WARN, 0, "stuck" };
    (void)ci_pipeline(name, sizeof(name), rows, prefix);
    (void)ci_number(number, sizeof(number), rows);
    (void)snprintf(run, sizeof(run), attempt > 1 ? "%s/%lld" : "%s", number, (long long)attempt);
    cells[STATE] = (struct dx_cell){ .value = look.glyph, .role = look.role };
    cells[PIPELINE] =
        (struct dx_cell){ .text = of->key ? "" : name, .role = DX_ROLE_TEXT, .attr = look.attr };
    cells[RUN] = (struct dx_cell){ .text = run,
                                   .role = of->key ? DX_ROLE_TEXT : DX_ROLE_DIM,
                                   .attr = of->key ? look.attr : 0 };
    cells[REF] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_BRANCH), .role = DX_ROLE_DIM };
    cells[AT] = (struct dx_cell){ .text = ci_moment(at, sizeof(at), shown_time(rows), view),
                                  .value = (double)shown_time(rows),
                                  .role = DX_ROLE_DIM };
    cells[TOOK] = (struct dx_cell){ .value = seconds, .role = stuck ? DX_ROLE_WARN : DX_ROLE_TEXT };
    cells[QUEUED] =
        (struct dx_cell){ .value = ci_seconds(rows, DX_FIELD_QUEUED), .role = DX_ROLE_DIM };
    cells[CAUSE] = (struct dx_cell){ .text = look.word,
                                     .role = look.role,
                                     .attr = look.role == DX_ROLE_BAD ? DX_BOLD : 0 };
    cells[JOBS] =
        (struct dx_cell){ .value = (double)dx_int(rows, DX_FIELD_N), .role = DX_ROLE_DIM };
    cells[ACTOR] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_ACTOR), .role = DX_ROLE_DIM };
    cells[TITLE] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_TITLE), .role = DX_ROLE_DIM };
    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_KEY), .url = dx_text(rows, DX_FIELD_URL),
                        .cells = cells, .into = run));
    if (stuck)
        tell(list, name, run, seconds);
}

struct runs {
    const struct dx_view *view;
    const struct run_list *of;
    struct ci_prefix prefix;
    bool more; /* than were taken */
};

/* Those in a phase from `first` to `last`, so many at most: the query knows nothing of phases, so
 * that a limit of its own would count the others too. list: NULL, they are only counted. */
static int64_t list_phases(struct runs *r, struct dx_list *list, const enum dx_phase phases[2],
                           int64_t most)
{
    const struct run_list *of = r->of;
    struct dx_rows *rows =
        dx_rows(r->view, DX_QUERY_RUNS,
                DX_FILTER(.source = of->source, .key = of->key, .open = phases[1] != DX_PHASE_DONE,
                          .name = of->part == CI_PART_ALL ? "" : ci_parts[of->part],
                          .from_ms = of->since_ms));
    int64_t n = 0;

    while (dx_next(rows)) {
        int64_t phase = dx_int(rows, DX_FIELD_PHASE);

        if (phase < (int64_t)phases[0] || phase > (int64_t)phases[1])
            continue;
        if (n == most) {
            r->more = true;
            break;
        }
        if (list)
            add(r->view, list, rows, of, &r->prefix);
        n++;
    }
    return n;
}

/* Those that run stand first, and leave those that wait up to half of the list. */
static int64_t list_open(struct runs *r, struct dx_list *list)
{
    static const enum dx_phase running[] = { DX_PHASE_RUNNING, DX_PHASE_RUNNING };
    static const enum dx_phase waiting[] = { DX_PHASE_UNKNOWN, DX_PHASE_QUEUED };
    int64_t wait = list_phases(r, NULL, waiting, RUNS_MOST / 2), n;

    r->more = false;
    n = list_phases(r, list, running, RUNS_MOST - wait);
    return n + list_phases(r, list, waiting, RUNS_MOST - n);
}

int64_t run_list(const struct dx_view *view, struct dx_list *list, const struct run_list *of)
{
    static const enum dx_phase done[] = { DX_PHASE_DONE, DX_PHASE_DONE };
    struct runs r = { .view = view, .of = of };
    int64_t open, n;
    bool more_open;
    char note[64];

    if (!of->key) /* else they are of one pipeline, and do not name it */
        r.prefix = ci_prefix(view, of->source);
    n = open = list_open(&r, list);
    more_open = r.more;
    if (!of->open)
        n += list_phases(&r, list, done, RUNS_MOST - open);
    if (r.more)
        dx_part_of(list, -1);
    (void)snprintf(note, sizeof(note), "%lld %s%s", (long long)n, n == 1 ? "run" : "runs",
                   r.more ? ", the newest" : "");
    if (n == 0)
        note[0] = '\0'; /* the sentence says it, or that nobody can */
    else if (!of->key && open > 0)
        (void)snprintf(note, sizeof(note), "%s%lld not done", more_open ? "≥ " : "",
                       (long long)open);
    tie_note(view, list, of->key ? of->key : "", note);
    return n;
}
