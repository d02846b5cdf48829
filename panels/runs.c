/* runs: what runs now, and what ran last; then the jobs of one, and one job whole. */
#include <stdio.h>
#include <string.h>

#include "job.h"
#include "run.h"

struct runs {
    const char *source; /* options */
    bool open;
    int64_t window_ms, stuck_ms;
    int part;

    int level; /* view-model */
    struct job_detail job;
};

#define OPTION(field) offsetof(struct runs, field)

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(source),
      .fallback = "",
      .help = "only runs of this source" },
    { .name = "open",
      .type = DX_OPTION_FLAG,
      .offset = OPTION(open),
      .fallback = "no",
      .help = "only those that wait or run" },
    { .name = "window",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(window_ms),
      .fallback = "24h",
      .help = "how far back; the newest 300 at most" },
    { .name = "stuck",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(stuck_ms),
      .fallback = "6h",
      .help = "one that runs for longer is a warning; 0s: none is" },
    { .name = "protected",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(part),
      .fallback = "all",
      .choices = ci_parts,
      .help = "runs of protected branches only, or those of other branches and pull requests" },
    { 0 },
};

static const struct dx_level levels[] = {
    { .name = NULL, .columns = ci_job_columns },
    { .name = NULL, .columns = NULL },
};

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct runs *p = state;
    struct run_list runs = { .source = p->source,
                             .open = p->open,
                             .part = (enum ci_part)p->part,
                             .since_ms = dx_now(view) - p->window_ms,
                             .stuck_ms = p->stuck_ms };
    struct ci_jobs jobs = { .key = dx_key(view, 1) };

    (void)err;
    p->level = dx_depth(view);
    if (p->level == 0) {
        (void)run_list(view, list, &runs);
        ci_empty(view, list, p->source, p->open ? 0 : p->window_ms,
                 p->open ? "Nothing waits or runs." : "No run within the window.");
    } else if (p->level == 1) {
        dx_empty(list, "The jobs of this run are not known yet.");
        (void)ci_list_jobs(view, list, &jobs);
    } else {
        job_read(&p->job, view, list, dx_key(view, 2));
    }
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    job_draw(&((const struct runs *)state)->job, canvas);
}

static const char *source(const void *state)
{
    return ((const struct runs *)state)->source;
}

extern const struct dx_panel dx_panel_runs;
DX_EXPORT const struct dx_panel dx_panel_runs = {
    DX_PANEL_HEAD,
    .name = "runs",
    .summary = "what runs now, and what ran last",
    .help = "A run is a workflow run, a pipeline or a build; each attempt is one of its own. Those "
            "that wait or run stand first, then the newest. A failed run has the cause of that of "
            "its jobs that needs somebody most: a run that a test failed would have failed without "
            "an outage too, so the platform is named only where nothing else failed.",
    .reads = 1u << DX_KIND_RUN,
    .state_size = sizeof(struct runs),
    .options = options,
    .min_rows = 6,
    .min_cols = 40,
    .columns = run_columns,
    .update = update,
    .draw = draw,
    .source = source,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
};
