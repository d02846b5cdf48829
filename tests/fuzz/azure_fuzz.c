/* Any bytes as a reply of Azure DevOps. */
#include "config.h"

#include "fuzz_kit.h"
#include "source/azure.h"

static const char *about(unsigned step)
{
    (void)step;
    return "8\t1\t-1\t18\t3\t1\t1\tBilling\tBilling/x\tLinux\t";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct azure config = { .api_version = "7.1", .pools = true, .logs = true };
    static const struct fuzz_source fuzz = { .source = &source_azure,
                                             .config = &config,
                                             .steps = AZURE_STEPS,
                                             .plain_step = AZURE_LOG,
                                             .head = "x-ms-continuationtoken: 2\n",
                                             .cursor = 1795510000000,
                                             .every_ms = 30000,
                                             .history_ms = 3600000,
                                             .about = about };

    fuzz_source(&fuzz, data, size);
    return 0;
}
