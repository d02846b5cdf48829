/* prometheus: what was refused, and what was too much. */
#include "config.h"

#include "source/prometheus.h"

#include <string.h>

#include "source/field.h"

/* 400: the query is wrong; 422: it cannot be executed, which includes what
 * VictoriaMetrics cannot parse; 503: it took too long, or the server is not
 * ready. */
static void refused_query(const char *name, const struct reply *reply, const char *why,
                          struct dx_error *err)
{
    struct dx_error words = *err;

    if (reply->status == 400)
        dx_fail(err, DX_FAULT_CONFIG, "query \"%s\" is wrong: %s", name, why);
    else if (reply->status == 422)
        dx_fail(err, DX_FAULT_REPLY, "query \"%s\" cannot be answered: %s", name, why);
    else
        dx_fail(err, err->fault, "query \"%s\" %s: %s", name, words.text, why);
}

/* {"status": "error", "errorType": "bad_data", "error": "..."}; VictoriaMetrics
 * writes the status as errorType. */
void prometheus_refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    const struct query *q = prometheus_query(config, reply->detail);
    bool of_query = reply->step == STEP_RANGE || reply->step == STEP_INSTANT;
    struct batch batch = { 0 };
    const char *why;

    if (err->fault == DX_FAULT_AUTH || err->fault == DX_FAULT_LIMITED)
        return;
    why = field_text(&batch, reply->json, "error");
    if (of_query && q && *why)
        refused_query(q->name, reply, why, err);
    else if (reply->status == 404 && reply->step == STEP_ALERTS)
        dx_fail(err, err->fault, "it has no alerts (404); set `alerts: no`, or check `url`");
    else if (reply->status == 404 && reply->step == STEP_RULES)
        dx_fail(err, err->fault, "it has no alerting rules (404); set `rules: no`");
    else if (reply->status == 404 && reply->step == STEP_BUILD)
        dx_fail(err, err->fault, "it does not say its version (404)");
    else if (*why)
        dx_fail(err, err->fault, "answered %d: %s", reply->status, why);
    batch_done(&batch);
}

/* "query processing would load too many samples into memory" (Prometheus),
 * "exceeded maximum resolution of 11,000 points", "the query exceeded the maximum
 * number of chunks" (Mimir), "exceeded series limit" (Thanos), "cannot select more
 * than -search.maxSamplesPerQuery" (VictoriaMetrics), 413 from a proxy. */
static bool too_much(const struct reply *reply, struct batch *batch)
{
    static const char *const words[] = { "too many", "exceed", "more than -search.", "limit" };
    const char *said = field_text(batch, reply->json, "error");

    if (reply->too_large || reply->status == 413)
        return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if ((reply->status == 422 || reply->status == 400) && strcasestr(said, words[i]))
            return true;
    return false;
}

bool prometheus_less(const void *config, const struct reply *reply, const struct dx_error *err,
                     struct plan *plan, struct batch *batch)
{
    const struct query *q = prometheus_query(config, reply->detail);
    struct dx_error words = *err;

    if (reply->step != STEP_RANGE || !q || !too_much(reply, batch))
        return false;
    if (reply->too_large)
        (void)dx_fail(&words, err->fault, "query \"%s\": %s", q->name, err->text);
    if (!range_less(q, reply, words.text, plan, batch))
        return false;
    range_progress(config, plan, batch);
    return true;
}
