/* azure_company: the simulated company for tests of sources: what a face answers, and what
 * is true. Apart, since the simulation and the model have names in common. */
#ifndef AZURE_COMPANY_H
#define AZURE_COMPANY_H

#include <stddef.h>

#include <dxtop/record.h>

void azure_company_start(uint64_t seed, int repos, int64_t start_ms, int64_t history_ms);
void azure_company_stop(void);

struct company_answer { /* lives until the next one */
    int status;
    const char *content_type, *head, *body; /* head: names in lower case */
    size_t len;
};
/* path: as a source asks for it, behind the face's root. */
struct company_answer azure_company_ask(const char *root, const char *path, int64_t now_ms);

struct true_run {
    const char *project, *id, *pipeline;
    bool done;
    enum dx_result result; /* once it is done */
    int64_t queued_ms;     /* -1: it did not start */
};
struct true_job { /* of that run; each execution by itself */
    const char *name, *pool, *runner;
    int index;
    int64_t attempt;
    bool done, ran, lost; /* lost: its agent was, or it never had one; for failures */
    enum dx_result result;
    enum dx_cause cause;
    int64_t queued_ms, duration_ms;
};
/* Each run that was created from .. now, and behind each its jobs. */
void azure_company_truth(
    int64_t from_ms, int64_t now_ms, void (*on_run)(const struct true_run *run, void *self),
    void (*on_job)(const struct true_run *run, const struct true_job *job, void *self), void *self);

#endif
