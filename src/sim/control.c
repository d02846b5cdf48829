/* control: /sim/: how tests steer the platform while it runs. Nothing there is
 * counted, and no fault hits it. */
#include "config.h"

#include <string.h>

#include "sim/exchange.h"
#include "sim/sim.h"

static void put_counters(struct exchange *x)
{
    const struct sim *sim = x->sim;

    exchange_json(x, 200,
                  json_pack("{s:I, s:I, s:I, s:I}", "requests", (json_int_t)sim->requests,
                            "refused", (json_int_t)sim->refused, "faulted",
                            (json_int_t)sim->faulted, "unchanged", (json_int_t)sim->unchanged));
}

/* The faults of the parameters take the place of those before; none ends them. */
static void switch_faults(struct exchange *x)
{
    struct faults faults = { 0 };
    struct dx_error err = { 0 };
    const char *text;

    for (size_t i = 0; (text = exchange_nth(x, "fault", i)) != NULL; i++) {
        if (*text && !faults_add(&faults, text, &err)) {
            exchange_text(x, 400, arena_print(&x->arena, "%s\n", err.text));
            return;
        }
    }
    x->sim->faults = faults;
    put_counters(x);
}

static void no_path(struct exchange *x)
{
    exchange_text(x, 404, "here are /sim/fault (POST) and /sim/counters\n");
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    exchange_text(x, 405, "Method Not Allowed\n");
}

static const struct route routes[] = {
    { "/sim/fault", "POST", switch_faults },
    { "/sim/counters", "GET", put_counters },
    { 0 },
};

const struct face face_control = {
    .name = "control",
    .routes = routes,
    .prefix = "/sim/",
    .no_path = no_path,
    .no_method = no_method,
};
