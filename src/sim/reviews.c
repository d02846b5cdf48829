/* reviews: the pull and merge requests behind the company's runs. */
#include "config.h"

#include "sim/reviews.h"

#include <stdlib.h>

#include "core/time.h"
#include "sim/company_plan.h"
#include "sim/hours.h"
#include "sim/noise.h"
#include "sim/tickets.h"

enum { PLACE = 9200 };

const char *const review_state_names[] = { "COMMENTED", "CHANGES_REQUESTED", "APPROVED" };

static void add_review(struct pull *pull, int64_t at_ms, int person, enum review_state state)
{
    size_t i = pull->review_count;

    if (i == REVIEWS_MOST)
        return;
    for (; i > 0 && pull->reviews[i - 1].at_ms > at_ms; i--)
        pull->reviews[i] = pull->reviews[i - 1];
    pull->reviews[i] = (struct review){ at_ms, person, state };
    pull->review_count++;
}

static int64_t work(const struct company *company, int64_t from_ms, double hours)
{
    int64_t ahead_ms = company->world.ahead_ms;

    return hours_after(from_ms + ahead_ms, (int64_t)(hours * (double)HOUR_MS)) - ahead_ms;
}

/* last_ms: of its newest commit. */
static void live(const struct company *company, struct pull *pull, int64_t last_ms)
{
    struct dice dice = { .key = dice_key(company->world.seed, PLACE + (uint64_t)pull->repo->index,
                                         pull->number) };
    double hours =
        dice_roll(&dice) < 0.78 ? dice_between(&dice, 0.1, 7.) : dice_between(&dice, 8., 30.);
    bool again = dice_roll(&dice) < 0.25;
    int64_t at_ms = work(company, pull->created_ms, hours);
    int reviewer;

    do
        reviewer = ticket_agent(dice_key(dice.key, 3, dice.n++));
    while (reviewer == pull->author);
    if (dice_roll(&dice) < 0.3)
        add_review(pull, pull->created_ms + MINUTE_MS, TICKET_BOT, REVIEW_COMMENTED);
    if (dice_roll(&dice) < 0.15)
        add_review(pull, pull->created_ms + 5 * MINUTE_MS, pull->author, REVIEW_COMMENTED);
    if (last_ms < at_ms)
        last_ms = at_ms;
    pull->closed_ms = work(company, last_ms, dice_between(&dice, 0.2, 9.));
    pull->merged = dice_roll(&dice) < 0.9;
    if (dice_roll(&dice) < 0.07)
        return; /* nobody has looked at it */
    add_review(pull, at_ms, reviewer, again ? REVIEW_CHANGES : REVIEW_APPROVED);
    if (again)
        add_review(pull, pull->closed_ms - 2 * MINUTE_MS, reviewer, REVIEW_APPROVED);
}

static int by_number(const void *a, const void *b)
{
    const struct company_run *one = *(const struct company_run *const *)a,
                             *other = *(const struct company_run *const *)b;

    if (one->pull != other->pull)
        return one->pull > other->pull ? -1 : 1;
    return (one->created_ms > other->created_ms) - (one->created_ms < other->created_ms);
}

static int by_creation(const void *a, const void *b)
{
    const struct pull *one = a, *other = b;

    if (one->created_ms != other->created_ms)
        return one->created_ms > other->created_ms ? -1 : 1;
    return one->number > other->number ? -1 : 1;
}

size_t pulls_of(const struct company *company, const struct company_repo *repo, int64_t at_ms,
                struct arena *arena, struct pull **pulls)
{
    struct company_query query = { -1, repo->index, -1, company->first_ms, INT64_MAX };
    const struct company_run **runs;
    size_t run_count = company_runs(company, &query, &runs), count = 0;

    *pulls = arena_alloc(arena, (run_count + 1) * sizeof(struct pull));
    if (run_count > 0)
        qsort(runs, run_count, sizeof(const struct company_run *), by_number);
    for (size_t i = 0, end; i < run_count; i = end) {
        struct pull *pull = &(*pulls)[count];

        for (end = i + 1; end < run_count && runs[end]->pull == runs[i]->pull;)
            end++;
        if (!runs[i]->pull || runs[i]->created_ms - MINUTE_MS > at_ms)
            continue;
        *pull = (struct pull){ .repo = repo,
                               .run = runs[i],
                               .number = runs[i]->pull,
                               .created_ms = runs[i]->created_ms - MINUTE_MS,
                               .author = runs[i]->person % 16 };
        for (size_t n = i; n < end && runs[n]->created_ms <= at_ms; n++)
            pull->run = runs[n];
        live(company, pull, runs[end - 1]->created_ms);
        count++;
    }
    free(runs);
    qsort(*pulls, count, sizeof(struct pull), by_creation);
    return count;
}

bool pull_is_closed(const struct pull *pull, int64_t at_ms)
{
    return pull->closed_ms <= at_ms;
}

int64_t pull_updated_ms(const struct pull *pull, int64_t at_ms)
{
    int64_t last_ms = pull->created_ms;

    if (pull->run->created_ms <= at_ms)
        last_ms = pull->run->created_ms;
    for (size_t i = 0; i < pull->review_count; i++)
        if (pull->reviews[i].at_ms <= at_ms && pull->reviews[i].at_ms > last_ms)
            last_ms = pull->reviews[i].at_ms;
    return pull_is_closed(pull, at_ms) && pull->closed_ms > last_ms ? pull->closed_ms : last_ms;
}

const struct review *pull_first_review(const struct pull *pull, int64_t at_ms)
{
    for (size_t i = 0; i < pull->review_count; i++)
        if (pull->reviews[i].at_ms <= at_ms && pull->reviews[i].person != pull->author &&
            !ticket_person_is_bot(pull->reviews[i].person))
            return &pull->reviews[i];
    return NULL;
}
