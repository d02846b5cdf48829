/* Any bytes as a reply of Jenkins, and as the id of a run. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_kit.h"
#include "source/jenkins.h"

static const char *about(unsigned step)
{
    static const char *const texts[JENKINS_STEPS] = {
        [JENKINS_NODES] = "",
        [JENKINS_QUEUE] = "",
        [JENKINS_TREE] = "acme",
        [JENKINS_BUILDS] = "1 13 0 0 acme/web/main",
        [JENKINS_FILL] = "0 25 0 0 acme/deploy",
        [JENKINS_BUILD] = "0 -1 -1 0 0 0 0\nacme\ndeploy#9@1795518000000",
        [JENKINS_STAGES] = "3 3000 2 1 4 2 1\nacme/web\nmain/12@1795518000000\n\n\nFAILURE\nwhy",
        [JENKINS_LOG] = "0 0 0 1 4 2 1\nacme/web\nmain/12@1795518000000\n8",
        [JENKINS_VERSION] = "",
    };

    return texts[step];
}

static void as_id(const uint8_t *data, size_t size)
{
    char *id = malloc(size + 1);
    struct jenkins_build build;

    if (!id)
        return;
    memcpy(id, data, size);
    id[size] = '\0';
    (void)jenkins_build_of("acme", id, &build);
    free(id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct jenkins config = { .executors = true, .logs = true };
    static const struct fuzz_source fuzz = { .source = &source_jenkins,
                                             .config = &config,
                                             .steps = JENKINS_STEPS,
                                             .plain_step = JENKINS_LOG,
                                             .head = "x-jenkins: 2.516.3\n",
                                             .cursor = 5,
                                             .every_ms = 60000,
                                             .history_ms = JENKINS_DAY,
                                             .about = about };

    as_id(data, size);
    fuzz_source(&fuzz, data, size);
    return 0;
}
