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
