/* azure: what its words mean. */
#include "config.h"

#include "source/azure.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"
#include "source/pattern.h"

#define UNSURE DX_PHASE_UNKNOWN, DX_RESULT_NONE, false

/* "none" is a word of the server's own for what it did not set. */
static const struct azure_word statuses[] = {
    { "none", UNSURE },
    { "notStarted", DX_PHASE_QUEUED, DX_RESULT_NONE, false },
    { "postponed", DX_PHASE_GATE, DX_RESULT_NONE, false },
    { "inProgress", DX_PHASE_RUNNING, DX_RESULT_NONE, false },
    { "cancelling", DX_PHASE_RUNNING, DX_RESULT_NONE, false },
    { "completed", DX_PHASE_DONE, DX_RESULT_UNKNOWN, false },
    { NULL, UNSURE },
};

static const struct azure_word states[] = {
    { "pending", DX_PHASE_QUEUED, DX_RESULT_NONE, false },
    { "inProgress", DX_PHASE_RUNNING, DX_RESULT_NONE, false },
    { "completed", DX_PHASE_DONE, DX_RESULT_UNKNOWN, false },
    { NULL, UNSURE },
};

/* Of builds and of records. A job is abandoned when its agent is heard of no more. */
static const struct azure_word results[] = {
    { "none", DX_PHASE_DONE, DX_RESULT_UNKNOWN, false },
    { "succeeded", DX_PHASE_DONE, DX_RESULT_SUCCESS, false },
    { "partiallySucceeded", DX_PHASE_DONE, DX_RESULT_SUCCESS, true },
    { "succeededWithIssues", DX_PHASE_DONE, DX_RESULT_SUCCESS, true },
    { "failed", DX_PHASE_DONE, DX_RESULT_FAILURE, false },
    { "abandoned", DX_PHASE_DONE, DX_RESULT_FAILURE, false },
    { "canceled", DX_PHASE_DONE, DX_RESULT_CANCELLED, false },
    { "skipped", DX_PHASE_DONE, DX_RESULT_SKIPPED, false },
    { NULL, DX_PHASE_DONE, DX_RESULT_UNKNOWN, false },
};

static struct azure_word find(struct batch *batch, const struct azure_word *words, const char *word)
{
    while (words->word && strcasecmp(words->word, word) != 0)
        words++;
    batch->unknown += words->word == NULL;
    return *words;
}

struct azure_word azure_status(struct batch *batch, const char *status)
{
    return find(batch, statuses, status);
}

struct azure_word azure_result(struct batch *batch, const char *result)
{
    return find(batch, results, result);
}

enum dx_phase azure_state(struct batch *batch, const char *state)
{
    return find(batch, states, state).phase;
}

/* ---- times ---- */

int64_t azure_span(int64_t from_ms, int64_t to_ms, bool *skewed)
{
    if (from_ms == 0 || to_ms == 0)
        return -1;
    if (to_ms < from_ms)
        *skewed = true;
    return to_ms < from_ms ? 0 : to_ms - from_ms;
}

/* ---- names: Azure DevOps takes them in any case ---- */

bool azure_fits(const struct dx_items *patterns, const char *text)
{
    return pattern_fits(patterns, text, PATTERN_ANY_CASE);
}
