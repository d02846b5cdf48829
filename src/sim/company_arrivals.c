/* company_arrivals: who pushes what and when, and which runs that begins. */
#include "config.h"

#include <math.h>

#include "core/time.h"
#include "sim/company_blueprints.h"
#include "sim/company_plan.h"
#include "sim/noise.h"

/* Places of noise, apart from those of company_plan.c. */
enum { PUSHES = 6000 };
enum { OPEN_PULLS = 4, PEOPLE = 40 };

/* Nobody pushes in the two hours before the weekly restart, so that next to
 * nothing is under way then. */
#define QUIET_MS (2 * HOUR_MS)

/* The mean of world_rhythm() over a workday. */
static const double MEAN_RHYTHM = 0.57;

/* A pull request that gets a commit now and then. */
struct pull {
    int64_t number;
    int person;
    struct company_run *before[KIND_PIPELINES]; /* the runs of its newest commit */
};

struct desk { /* one repository in one week */
    const struct company_repo *repo;
    const struct company *company;
    struct company_week *week;
    struct run_list *list;
    struct dice dice;
    uint64_t head; /* of the default branch */
    struct pull pulls[OPEN_PULLS];
    int64_t next_pull;
    int64_t scheduled_ms, follow_ms; /* the next; INT64_MAX: none */
    struct pull *follow;             /* gets another commit then */
    int64_t counts[KIND_PIPELINES];
};

struct company_run *run_list_add(struct run_list *list, struct arena *arena)
{
    struct company_run *run = arena_alloc(arena, sizeof(*run));

    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 1024;
        list->runs = mem_grow(list->runs, list->room, sizeof(struct company_run *));
    }
    list->runs[list->count++] = run;
    return run;
}

static enum company_special special_of(struct desk *d, enum company_event event)
{
    double chance = dice_roll(&d->dice);
    bool github = d->repo->system == COMPANY_GITHUB;

    if (!github && d->repo->system != COMPANY_GITLAB)
        return SPECIAL_NONE;
    if (chance < 0.004)
        return SPECIAL_BROKEN_FILE;
    if (chance < 0.012)
        return SPECIAL_SKIPPED_WHOLE;
    return github && event == EVENT_PULL_REQUEST && chance < 0.018 ? SPECIAL_NEEDS_PERSON
                                                                   : SPECIAL_NONE;
}

static struct company_run *begin_run(struct desk *d, int nth, int64_t at_ms,
                                     const struct company_run *like)
{
    const struct company_pipeline *p = &d->company->pipelines[d->repo->first_pipeline + nth];
    struct company_run *run;

    /* A repetition in Jenkins needs numbers too: two at most for each. */
    if (d->counts[nth] >= p->week_numbers / 3)
        return NULL;
    d->counts[nth]++;
    run = run_list_add(d->list, &d->week->arena);
    *run = *like;
    run->pipeline = p;
    run->created_ms = at_ms + 1000 + (int64_t)(dice_roll(&d->dice) * 3000.);
    run->key = dice_key(d->dice.key, 2, d->dice.n);
    run->special = special_of(d, like->event);
    if (dice_roll(&d->dice) < 0.012) {
        run->cancel_ms = run->created_ms + (int64_t)(dice_between(&d->dice, 0.5, 12.) * 60e3);
        run->cancelled_by_person = true;
    }
    if (dice_roll(&d->dice) < 0.03)
        run->edited_ms = run->created_ms + (int64_t)(dice_between(&d->dice, 5., 40.) * 36e5);
    return run;
}

/* The runs of an event: one for each pipeline that it concerns. */
static void begin_runs(struct desk *d, int64_t at_ms, const struct company_run *like,
                       struct pull *pull)
{
    for (int i = 0; i < d->repo->pipelines; i++) {
        const struct company_blueprint *print =
            d->company->pipelines[d->repo->first_pipeline + i].print;
        struct company_run *run;

        if (!(print->events & 1u << like->event) || (print->default_only && !like->on_default))
            continue;
        run = begin_run(d, i, at_ms, like);
        if (!pull || !run)
            continue;
        if (print->supersede && pull->before[i] && !pull->before[i]->cancel_ms) {
            pull->before[i]->cancel_ms = run->created_ms;
            pull->before[i]->cancelled_by_person = false;
        }
        pull->before[i] = run;
    }
}

static uint64_t new_commit(struct desk *d)
{
    return dice_key(d->dice.key, 3, d->dice.n);
}

static void push_to_default(struct desk *d, int64_t at_ms, enum company_event event)
{
    struct company_run like = { .event = event,
                                .on_default = true,
                                .person = (int)(dice_roll(&d->dice) * PEOPLE) };

    if (event == EVENT_PUSH)
        d->head = new_commit(d);
    like.commit = d->head;
    begin_runs(d, at_ms, &like, NULL);
}

static void push_to_pull(struct desk *d, int64_t at_ms, struct pull *pull)
{
    struct company_run like = { .event = EVENT_PULL_REQUEST,
                                .person = pull->person,
                                .pull = pull->number,
                                .commit = new_commit(d) };

    begin_runs(d, at_ms, &like, pull);
    if (dice_roll(&d->dice) < 0.15) {
        d->follow = pull;
        d->follow_ms = at_ms + (int64_t)(dice_between(&d->dice, 1., 9.) * 60e3);
    }
}

static struct pull *pick_pull(struct desk *d)
{
    struct pull *pull = &d->pulls[(int)(dice_roll(&d->dice) * OPEN_PULLS)];

    if (pull->number == 0 || dice_roll(&d->dice) < 0.3)
        *pull = (struct pull){ .number = d->next_pull++,
                               .person = (int)(dice_roll(&d->dice) * PEOPLE) };
    return pull;
}

static void push(struct desk *d, int64_t at_ms)
{
    double chance = dice_roll(&d->dice);

    if (chance < 0.02)
        push_to_default(d, at_ms, EVENT_MANUAL);
    else if (chance < 0.3)
        push_to_default(d, at_ms, EVENT_PUSH);
    else
        push_to_pull(d, at_ms, pick_pull(d));
}

/* The next push, by chance and by the hour of the day. */
static int64_t next_push(struct desk *d, int64_t at_ms)
{
    double mean_ms = (double)DAY_MS * MEAN_RHYTHM / d->repo->pushes;

    do
        at_ms += 1 + (int64_t)(-log(1. - dice_roll(&d->dice)) * mean_ms);
    while (at_ms < d->week->to_ms &&
           dice_roll(&d->dice) >= world_rhythm(&d->company->world, at_ms));
    return at_ms;
}

static void fill_week(struct desk *d, int64_t until_ms)
{
    int64_t push_ms = next_push(d, d->week->from_ms);

    while (push_ms < until_ms) {
        if (d->scheduled_ms <= push_ms && d->scheduled_ms <= d->follow_ms) {
            push_to_default(d, d->scheduled_ms, EVENT_SCHEDULE);
            d->scheduled_ms += DAY_MS;
        } else if (d->follow_ms <= push_ms) {
            int64_t at_ms = d->follow_ms;

            d->follow_ms = INT64_MAX;
            push_to_pull(d, at_ms, d->follow);
        } else {
            push(d, push_ms);
            push_ms = next_push(d, push_ms);
        }
    }
}

void company_arrivals(const struct company *company, struct company_week *week,
                      struct run_list *list)
{
    int64_t until_ms = week->to_ms - QUIET_MS;

    for (size_t i = 0; i < company->repo_count; i++) {
        uint64_t key = dice_key(company->world.seed, PUSHES + i, week->index);
        struct desk desk = { .repo = &company->repos[i],
                             .company = company,
                             .week = week,
                             .list = list,
                             .dice = { .key = key },
                             .head = dice_key(key, 4, 0),
                             .next_pull = 1 + week->index % 520 * 60,
                             .follow_ms = INT64_MAX };

        /* Between one and three o'clock, each at its own minute. */
        desk.scheduled_ms =
            week->from_ms - 4 * HOUR_MS + DAY_MS + HOUR_MS + (int64_t)(i * 37 % 120) * MINUTE_MS;
        fill_week(&desk, until_ms);
    }
}
