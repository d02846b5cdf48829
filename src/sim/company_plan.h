/* company_plan: what the company is before anything happens: its repositories,
 * their pipelines, and how many runners each pool has in each system. */
#ifndef SIM_COMPANY_PLAN_H
#define SIM_COMPANY_PLAN_H

#include "sim/company.h"

/* Fills repos, pipelines and capacity. */
void company_plan(struct company *company);
/* Make one week of it: runs, attempts and jobs. */
struct company_week *company_week_new(const struct company *company, int64_t index);
void company_week_free(struct company_week *week);
/* The week that at_ms lies in. */
int64_t company_week_of(int64_t at_ms);

/* ---- between the files that make a week ---- */

/* A row of chances that is always the same for its key. */
struct dice {
    uint64_t key;
    int64_t n;
};
double dice_roll(struct dice *dice); /* [0, 1) */
double dice_between(struct dice *dice, double low, double high);
uint64_t dice_key(uint64_t key, uint64_t place, int64_t n); /* for other dice */

struct run_list {
    struct company_run **runs;
    size_t count, room;
};
struct company_run *run_list_add(struct run_list *list, struct arena *arena);

/* company_arrivals.c: who pushes what, and which runs that begins. */
void company_arrivals(const struct company *company, struct company_week *week,
                      struct run_list *list);
/* company_queue.c: who waits for whom, from the first to the last job. Adds the
 * builds that Jenkins repeats. */
void company_work_off(const struct company *company, struct company_week *week,
                      struct run_list *list);

/* company_outcome.c: what becomes of a job that starts at job->started_ms, were it
 * left alone. Fills in finished_ms, result, failure and the like. */
void company_outcome(const struct company *company, struct company_job *job);
/* company_failure.c */
const struct company_failure *company_failure_of(enum dx_cause cause, enum company_work work,
                                                 double chance);
extern const struct company_failure company_never_started, company_shutdown, company_runner_lost,
    company_timeout, company_registry_down, company_disk_full;

#endif
