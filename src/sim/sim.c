/* sim: the company is made when somebody asks for it. */
#include "config.h"

#include "sim/sim.h"

const struct company *sim_company(struct sim *sim, int64_t now_ms)
{
    if (!sim->company)
        sim->company = company_new(&sim->world, &sim->options);
    company_extend(sim->company, now_ms);
    return sim->company;
}

struct helpdesk *sim_helpdesk(struct sim *sim, int64_t now_ms)
{
    (void)sim_company(sim, now_ms);
    if (!sim->company->desk)
        sim->company->desk = helpdesk_new(sim->company);
    helpdesk_extend(sim->company->desk, now_ms);
    return sim->company->desk;
}
