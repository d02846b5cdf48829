/* sim: the simulated platform: the company, its clock, and how it misbehaves. */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "core/time.h"
#include "sim/alerts.h"
#include "sim/company.h"
#include "sim/faults.h"
#include "sim/tickets.h"
#include "sim/world.h"

struct sim {
    struct world world;
    struct clock clock;
    int64_t start_ms;       /* of its clock */
    const char *public_url; /* in the URLs that it hands out */
    char token[80];         /* "": none asked for */
    struct faults faults;
    struct company_options options; /* of the company below */
    struct company *company;        /* NULL: nobody has asked for it yet */
    struct {
        int64_t limit; /* requests an hour; 0: no limit, and no headers about it */
        int64_t used, reset_ms;
    } rate; /* of the GitHub face */
    struct {
        int64_t limit; /* requests a minute; 0: no limit, and no headers about it */
        int64_t used, reset_ms;
    } minute; /* of the GitLab face */
    struct {
        int64_t used, reset_ms;
    } tstu; /* of the Azure DevOps face */
    struct {
        int64_t used, reset_ms;
    } burst; /* of the Jira Cloud face */
    struct {
        double taken;
        int64_t at_ms;
    } bucket; /* of the Jira Data Center face */
    struct {
        int64_t used, reset_ms;
    } hourly;           /* of the ServiceNow face */
    struct board board; /* the alerts of the minute that was last asked for */
    /* since the start; requests to /sim/ are not counted */
    int64_t requests, refused, faulted, unchanged;
};

/* The company, with all that has happened until now_ms. */
const struct company *sim_company(struct sim *sim, int64_t now_ms);
/* Its tickets, until now_ms. */
struct helpdesk *sim_helpdesk(struct sim *sim, int64_t now_ms);

#endif
