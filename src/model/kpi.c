/* kpi: the table of key numbers. */
#include "config.h"

#include "model/kpi.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

static const double DAYS_MOST = 1e6;

#define RUNS     (1U << DX_KIND_RUN)
#define TICKETS  (1U << DX_KIND_TICKET)
#define CHANGES  (1U << DX_KIND_CHANGE)
#define SHARE    .unit = DX_UNIT_RATIO
#define SPAN     .unit = DX_UNIT_SECONDS
#define NUMBER   .unit = DX_UNIT_COUNT
#define LIVE     .window_ms = DAY_MS, .before_ms = 7 * DAY_MS
#define DAYS(n)  .window_ms = (n)*DAY_MS, .before_ms = (n)*DAY_MS
#define BUSINESS "business time (calendar of dxtop-config(5), pauses left out)"

const struct kpi_about kpis[KPI_COUNT] = {
    [KPI_PLATFORM_SUCCESS] = { .id = "platform_success",
                               .name = "Platform success",
                               .brief = "platform",
                               .definition = "1 - P / N: P runs that failed by the platform, N "
                                             "runs that count. A range "
                                             "where the cause of failures is unknown: at best none "
                                             "of them is the "
                                             "platform's, at worst all.",
                               .nothing = "no run ended",
                               .goal = "98%",
                               SHARE,
                               .better = KPI_MORE,
                               .reads = RUNS,
                               LIVE,
                               .few = 5 },
    [KPI_QUEUE_P95] = { .id = "queue_p95",
                        .name = "Queue p95",
                        .brief = "queue p95",
                        .definition =
                            "p95 of the waits for a runner of all jobs that got one, of all pools "
                            "together, by linear interpolation. Waits at gates and jobs that still "
                            "wait "
                            "are left out.",
                        .nothing = "no job got a runner",
                        .goal = "5m",
                        SPAN,
                        .reads = RUNS,
                        LIVE,
                        .few = 5 },
    [KPI_DURATION] = { .id = "duration",
                       .name = "CI median",
                       .brief = "median",
                       .definition = "Median duration of the successful runs of critical pipelines "
                                     "(critical: of "
                                     "dxtop-config(5); unless given, of all).",
                       .nothing = "no run succeeded",
                       SPAN,
                       .reads = RUNS,
                       LIVE,
                       .few = 5 },
    [KPI_FLAKY] = { .id = "flaky",
                    .name = "Flaky jobs",
                    .brief = "flaky",
                    .definition =
                        "Jobs that both failed and passed on one commit, of at least 5 commits "
                        "that "
                        "were tried more than once within 14 days; failures by the platform left "
                        "out. n is the runs that ended in these 14 days.",
                    .nothing = "no job was tried twice",
                    NUMBER,
                    .reads = RUNS,
                    .before_ms = 7 * DAY_MS },
    [KPI_OPEN_TICKETS] = { .id = "open_tickets",
                           .name = "Open tickets",
                           .brief = "open",
                           .definition = "Tickets that are not done, now against 7 days ago.",
                           .nothing = "no ticket was seen",
                           NUMBER,
                           .reads = TICKETS,
                           .before_ms = 7 * DAY_MS },
    [KPI_FIRST_RESPONSE] = { .id = "first_response",
                             .name = "First reply",
                             .brief = "reply",
                             .definition =
                                 "Median " BUSINESS
                                 " from a ticket's creation to the first public answer by "
                                 "somebody else than the reporter, of tickets that were answered "
                                 "in the "
                                 "window. Unanswered ones do not count until they are.",
                             .nothing = "no ticket was answered",
                             .goal = "2h",
                             SPAN,
                             .reads = TICKETS,
                             DAYS(7),
                             .few = 3,
                             .business = true },
    [KPI_MTTR] = { .id = "mttr",
                   .name = "Time to restore",
                   .brief = "restore",
                   .definition =
                       "Median time from creation to resolution of incidents (tickets with "
                       "\"incident\" in their type) that were resolved in the window, around the "
                       "clock.",
                   .nothing = "no incident was resolved",
                   .goal = "2h",
                   SPAN,
                   .reads = TICKETS,
                   DAYS(30),
                   .few = 3 },
    [KPI_CHANGE_FAILURE] = { .id = "change_failure",
                             .name = "Change failure",
                             .brief = "change fail",
                             .definition = "Share of platform deployments that were followed by an "
                                           "incident or a "
                                           "rollback; fed from outside.",
                             .nothing = "nothing was fed",
                             .goal = "5%",
                             SHARE,
                             DAYS(30) },
    [KPI_GOLDEN_PATH] = { .id = "golden_path",
                          .name = "Golden path",
                          .brief = "golden path",
                          .definition = "Share of active repositories that use the approved "
                                        "templates or reusable "
                                        "workflows; fed from outside.",
                          .nothing = "nothing was fed",
                          .goal = "80%",
                          SHARE,
                          .better = KPI_MORE,
                          DAYS(30) },
    [KPI_RESOLUTION] = { .id = "resolution",
                         .name = "Resolution",
                         .brief = "resolution",
                         .definition = "Median " BUSINESS
                                       " from creation to resolution, of tickets that were "
                                       "resolved in the window; by category inside.",
                         .nothing = "no ticket was resolved",
                         SPAN,
                         .reads = TICKETS,
                         DAYS(30),
                         .few = 3,
                         .business = true },
    [KPI_REVIEW_TURNAROUND] = { .id = "review_turnaround",
                                .name = "Review",
                                .brief = "review",
                                .definition = "Median " BUSINESS
                                              " from the opening of a pull or merge request to the "
                                              "first review by somebody else, of those that were "
                                              "reviewed in the window.",
                                .nothing = "no change was reviewed",
                                .goal = "1d",
                                SPAN,
                                .reads = CHANGES,
                                DAYS(7),
                                .few = 3,
                                .business = true },
    [KPI_REPEAT_TICKETS] = { .id = "repeat_tickets",
                             .name = "Repeat tickets",
                             .brief = "repeats",
                             .definition = "Share of the tickets created in the window whose "
                                           "category had another "
                                           "ticket in the 30 days before them.",
                             .nothing = "no ticket was created",
                             SHARE,
                             .reads = TICKETS,
                             DAYS(30),
                             .few = 3 },
    [KPI_CSAT] = { .id = "csat",
                   .name = "Satisfaction",
                   .brief = "csat",
                   .definition = "Mean score of satisfaction, 1 to 5, and how many gave 4 "
                                 "or 5 where a file has scores; fed from outside.",
                   .nothing = "nothing was fed",
                   .goal = "4.2",
                   .better = KPI_MORE,
                   DAYS(90) },
    [KPI_ONBOARDING] = { .id = "onboarding",
                         .name = "Onboarding",
                         .brief = "onboarding",
                         .definition = "Median time from the start date of a person to the first "
                                       "successful run; "
                                       "fed from outside.",
                         .nothing = "nothing was fed",
                         SPAN,
                         DAYS(90) },
    [KPI_DOC_FRESHNESS] = { .id = "doc_freshness",
                            .name = "Fresh docs",
                            .brief = "docs",
                            .definition = "Share of critical documents that were changed or "
                                          "reviewed within the "
                                          "quarter; fed from outside.",
                            .nothing = "nothing was fed",
                            .goal = "90%",
                            SHARE,
                            .better = KPI_MORE,
                            DAYS(90) },
    [KPI_INITIATIVES] = { .id = "initiatives",
                          .name = "Initiatives",
                          .brief = "initiatives",
                          .definition = "Improvement initiatives that were finished within the "
                                        "quarter; fed from "
                                        "outside.",
                          .nothing = "nothing was fed",
                          .goal = "1",
                          NUMBER,
                          .better = KPI_MORE,
                          DAYS(90) },
    [KPI_SUCCESS] = { .id = "success",
                      .name = "CI success",
                      .brief = "success",
                      .definition =
                          "Successes / N, whoever failed the others; N by the success policy.",
                      .nothing = "no run ended",
                      SHARE,
                      .better = KPI_MORE,
                      .reads = RUNS,
                      LIVE,
                      .few = 5 },
    [KPI_FIRST_ATTEMPT] = { .id = "first_attempt",
                            .name = "First attempt",
                            .brief = "first try",
                            .definition =
                                "The success rate of first attempts only: reruns do not help it.",
                            .nothing = "no run ended",
                            SHARE,
                            .better = KPI_MORE,
                            .reads = RUNS,
                            LIVE,
                            .few = 5 },
    [KPI_QUEUE_P50] = { .id = "queue_p50",
                        .name = "Queue median",
                        .brief = "queue p50",
                        .definition = "Median of the waits that Queue p95 is made of.",
                        .nothing = "no job got a runner",
                        SPAN,
                        .reads = RUNS,
                        LIVE,
                        .few = 5 },
    [KPI_DURATION_P90] = { .id = "duration_p90",
                           .name = "CI p90",
                           .brief = "CI p90",
                           .definition = "p90 of the durations that CI median is made of.",
                           .nothing = "no run succeeded",
                           SPAN,
                           .reads = RUNS,
                           LIVE,
                           .few = 5 },
    [KPI_FLAKY_LOST] = { .id = "flaky_lost",
                         .name = "Lost to flakes",
                         .brief = "flaky lost",
                         .definition = "Time of tries of flaky jobs that failed, and of the passes "
                                       "that ended "
                                       "them, with their waits for a runner, within 14 days. n is "
                                       "that of Flaky jobs.",
                         .nothing = "no job was tried twice",
                         SPAN,
                         .reads = RUNS,
                         .before_ms = 7 * DAY_MS },
    [KPI_FIRST_RESPONSE_P90] = { .id = "first_response_p90",
                                 .name = "First reply p90",
                                 .brief = "reply p90",
                                 .definition = "p90 of the times that First reply is made of.",
                                 .nothing = "no ticket was answered",
                                 .goal = "1d",
                                 SPAN,
                                 .reads = TICKETS,
                                 DAYS(7),
                                 .few = 3,
                                 .business = true },
};

const char *const kpi_ids[] = {
    "platform_success",
    "queue_p95",
    "duration",
    "flaky",
    "open_tickets",
    "first_response",
    "mttr",
    "change_failure",
    "golden_path",
    "resolution",
    "review_turnaround",
    "repeat_tickets",
    "csat",
    "onboarding",
    "doc_freshness",
    "initiatives",
    "success",
    "first_attempt",
    "queue_p50",
    "duration_p90",
    "flaky_lost",
    "first_response_p90",
    NULL,
};

enum kpi kpi_find(const char *id)
{
    for (int i = 0; i < KPI_COUNT; i++)
        if (strcmp(kpis[i].id, id) == 0)
            return (enum kpi)i;
    return KPI_COUNT;
}

double kpi_usual_bad(const struct kpi_about *about, double warn)
{
    if (about->better == KPI_LESS)
        return 1.5 * warn;
    return about->unit == DX_UNIT_RATIO ? 1. - 1.5 * (1. - warn) : warn / 1.5;
}

/* Days of work are shorter than those of the sun. */
static bool parse_span(const char *text, const struct kpi_about *about, int64_t day_ms, double *out)
{
    size_t len = strlen(text);
    char *end;
    double days = strtod(text, &end);
    int64_t ms;

    if (about->business && len > 1 && end != text && strcmp(end, "d") == 0) {
        *out = days * (double)day_ms / 1e3;
        return days > 0. && days <= DAYS_MOST;
    }
    if (!duration_parse(&ms, text))
        return false;
    *out = (double)ms / 1e3;
    return true;
}

bool kpi_parse_goal(const struct kpi_about *about, const char *text, int64_t day_ms, double *out)
{
    bool floor = about->better == KPI_MORE;
    char *end;

    text += strspn(text, " ");
    if (strncmp(text, floor ? ">=" : "<=", 2) == 0)
        text += 2;
    text += strspn(text, " ");
    if (about->unit == DX_UNIT_SECONDS)
        return parse_span(text, about, day_ms, out);
    *out = strtod(text, &end);
    if (end == text || !isfinite(*out) || *out < 0.)
        return false;
    end += strspn(end, " ");
    if (about->unit == DX_UNIT_RATIO && *end == '%') {
        *out /= 100.;
        end++;
    }
    return !*end && (about->unit != DX_UNIT_RATIO || *out <= 1.);
}
