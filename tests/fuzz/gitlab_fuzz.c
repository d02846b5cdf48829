/* Any bytes as a reply of GitLab. */
#include "config.h"

#include "fuzz_kit.h"
#include "source/gitlab.h"

static const char *about(unsigned step)
{
    (void)step;
    return "6 0 0 acme/web";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *projects[] = { "acme/web", "42" };
    static const struct gitlab config = { .projects = { projects, 2 },
                                          .group = "acme",
                                          .runners = true,
                                          .logs = true,
                                          .reviews = true,
                                          .issues = { .on = true } };
    static const struct fuzz_source fuzz = { .source = &source_gitlab,
                                             .config = &config,
                                             .steps = GITLAB_STEPS,
                                             .plain_step = GITLAB_TRACE,
                                             .head = "x-next-page: 2\n",
                                             .cursor = 1795510000000,
                                             .every_ms = 30000,
                                             .history_ms = 3600000,
                                             .about = about };

    fuzz_source(&fuzz, data, size);
    return 0;
}
