/* azure: what a pool was asked to run: when a job was queued for it and when an agent
 * took it. The only place that says how long a job waited for an agent; that it works is
 * known, though no published description has it, so whatever it lacks is no error. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"

static const char by_request[] = "receiveTime - queueTime of the job request";

void azure_ask_requests(const struct azure *az, struct plan *plan, const struct batch *batch,
                        int64_t pool)
{
    int64_t next = azure_cursor(plan, batch, AZURE_REQUESTS_NEXT, "");

    if (az->pools && (plan->now_ms >= next || next - plan->now_ms > DAY_MS) &&
        !azure_is_asked(plan, AZURE_REQUESTS, pool))
        (void)azure_ask(az, plan, AZURE_REQUESTS, pool, &(struct azure_about){ .project = "" });
}

struct request {
    const char *job;
    int64_t build, queued_ms, received_ms, finished_ms;
    bool assigned;
    const char *why;
};

static struct request request_of(struct batch *batch, const json_t *item)
{
    return (struct request){ .job = field_text(batch, item, "jobId"),
                             .build = field_int(json_object_get(item, "owner"), "id"),
                             .queued_ms = field_time(item, "queueTime"),
                             .received_ms = field_time(item, "receiveTime"),
                             .finished_ms = field_time(item, "finishTime"),
                             .assigned = field_time(item, "assignTime") > 0,
                             .why = field_text(batch, item, "statusMessage") };
}

/* Ids of jobs are made from their names: many builds have the same, and so has the same
 * job when it is run again. So the build has to be the same, and the times have to fit. */
static bool is_of(const struct request *request, const struct batch *batch, const struct job *job)
{
    const struct timing *t = &job->timing;

    return strtoll(batch->runs[job->run].id, NULL, 10) == request->build &&
           strcasecmp(job->id, request->job) == 0 &&
           (t->finished_ms == 0 || request->queued_ms <= t->finished_ms) &&
           (t->finished_ms == 0 || request->received_ms <= t->finished_ms) &&
           (t->started_ms == 0 || request->finished_ms == 0 ||
            request->finished_ms >= t->started_ms);
}

static void set_wait(struct job *job, const struct request *request)
{
    struct timing *t = &job->timing;

    t->created_ms = request->queued_ms;
    if (request->received_ms > 0 && job->started) {
        t->queued_ms = azure_span(request->queued_ms, request->received_ms, &t->skewed);
        t->queued_basis = by_request;
    } else if (job->outcome.phase == DX_PHASE_QUEUED && !request->assigned && *request->why) {
        job->why = request->why;
    }
}

/* They come newest first; of two that fit the newer one is of the newer attempt, which
 * is the one whose times fit. */
bool azure_decode_requests(const struct reply *reply, struct batch *batch, struct dx_error *err)
{
    const json_t *list, *item;
    size_t i;

    if (!azure_is_answer(reply)) {
        azure_no_pools(reply, batch);
        return true;
    }
    list = azure_list(reply, "job requests", err);
    if (!list)
        return false;
    json_array_foreach (list, i, item) {
        struct request request = request_of(batch, item);

        if (request.queued_ms == 0 || request.build <= 0)
            continue;
        for (size_t j = 0; j < batch->job_count; j++) {
            struct job *job = &batch->jobs[j];

            if (job->timing.queued_basis != by_request && is_of(&request, batch, job))
                set_wait(job, &request);
        }
    }
    return true;
}
