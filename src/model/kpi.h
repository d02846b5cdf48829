/* kpi: the key numbers that there are: what each is called, what it means, what it is
 * made of. Config reads targets for them, insight counts them, the store keeps them. */
#ifndef MODEL_KPI_H
#define MODEL_KPI_H

#include <dxtop/panel.h>

enum kpi { /* in the order in which they are shown */
           KPI_PLATFORM_SUCCESS,
           KPI_QUEUE_P95,
           KPI_DURATION,
           KPI_FLAKY,
           KPI_OPEN_TICKETS,
           KPI_FIRST_RESPONSE,
           KPI_MTTR,
           KPI_CHANGE_FAILURE,
           KPI_GOLDEN_PATH,
           KPI_RESOLUTION,
           KPI_REVIEW_TURNAROUND,
           KPI_REPEAT_TICKETS,
           KPI_CSAT,
           KPI_ONBOARDING,
           KPI_DOC_FRESHNESS,
           KPI_INITIATIVES,
           /* what stands beside another one */
           KPI_SUCCESS,
           KPI_FIRST_ATTEMPT,
           KPI_QUEUE_P50,
           KPI_DURATION_P90,
           KPI_FLAKY_LOST,
           KPI_FIRST_RESPONSE_P90,
           KPI_COUNT
};

enum kpi_better { KPI_LESS, KPI_MORE };

struct kpi_about {
    const char *id, *name;
    const char *brief; /* where there is little room */
    const char *definition;
    const char *nothing; /* why there is no value: "no run ended" */
    const char *goal;    /* unless the configuration has one; NULL: none */
    int64_t window_ms;   /* (now - window, now]; 0: as it is now */
    int64_t before_ms;   /* the window before that one, or how long ago it is compared with */
    int64_t few;         /* a number of less than so many is not judged */
    enum dx_unit unit;   /* of a value: seconds, a share 0 to 1, a count */
    enum kpi_better better;
    uint32_t reads; /* 1u << enum dx_kind; 0: it has to be fed */
    bool business;  /* spans are of business time */
};
extern const struct kpi_about kpis[KPI_COUNT];

/* The ids, ends at NULL, for suggestions. */
extern const char *const kpi_ids[];
/* KPI_COUNT: there is none of this id. */
enum kpi kpi_find(const char *id);

/* The goal is `warn`: what is past it is a warning, what is past `bad` is bad. NaN: none. */
struct kpi_target {
    double warn, bad;
};
#define KPI_NO_TARGET ((struct kpi_target){ (double)NAN, (double)NAN })

/* Where only the goal is said: past it by half is bad; of shares that are to be large,
 * when half as much again is missing to the whole. */
double kpi_usual_bad(const struct kpi_about *about, double warn);
/* "<= 5m", ">= 98%", "5m", "4.2": in the KPI's unit. A day of business time is day_ms.
 * false: not one, or the wrong way round. */
bool kpi_parse_goal(const struct kpi_about *about, const char *text, int64_t day_ms, double *out);

#endif
