/* Any bytes as a reply of ServiceNow. */
#include "config.h"

#include "fuzz_kit.h"
#include "source/servicenow.h"

static const char *about(unsigned step)
{
    if (step <= SNOW_FILL)
        return "incident 200 200";
    return "INC0000001 00000000000000000000000000000001 ana.petrovic\n"
           "INC0000002 00000000000000000000000000000002 \n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *tables[] = { "incident", "sc_request" }, *bots[] = { "*bot*" };
    static const struct servicenow config = { .tables = { tables, 2 },
                                              .bots = { bots, 1 },
                                              .category = "category",
                                              .slas = true,
                                              .responses = true,
                                              .pauses = true };
    static const struct fuzz_source fuzz = { .source = &source_servicenow,
                                             .config = &config,
                                             .steps = SNOW_STEPS,
                                             .plain_step = SNOW_STEPS,
                                             .head = "x-total-count: 300\n",
                                             .cursor = 1795510000000,
                                             .every_ms = 60000,
                                             .history_ms = 3600000,
                                             .about = about };

    fuzz_source(&fuzz, data, size);
    return 0;
}
