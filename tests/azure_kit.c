/* azure_kit: what the tests of the azure source's polls share. */
#include "config.h"

#include "azure_kit.h"

#include <string.h>

struct azure config;
struct kit kit;

void azure_setup(void)
{
    config = (struct azure){ .api_version = "7.1", .pools = true, .logs = true };
    memset(&kit, 0, sizeof(kit));
}

void azure_begin(int64_t now_ms)
{
    kit_poll(&kit, now_ms);
    kit.plan.every_ms = 30000;
    kit.plan.history_ms = 35LL * 86400000;
    source_azure.begin(&config, &kit.cursors, &kit.plan);
}

struct plan_request *azure_take(void)
{
    struct plan_request *r = plan_take(&kit.plan);

    cr_assert(r, "nothing more is asked for");
    return r;
}

bool azure_answer(const struct plan_request *r, int status, const char *file)
{
    char name[200];

    snprintf(name, sizeof(name), "azure/%s", file);
    return kit_decode_file(
        &kit, &source_azure, &config,
        (struct reply){
            .step = r->step, .detail = r->detail, .detail_text = r->detail_text, .status = status },
        name);
}

bool azure_answer_text(const struct plan_request *r, int status, const char *body, const char *head)
{
    return kit_decode(&kit, &source_azure, &config,
                      (struct reply){ .step = r->step,
                                      .detail = r->detail,
                                      .detail_text = r->detail_text,
                                      .status = status,
                                      .head = head,
                                      .body = body });
}

size_t azure_count(unsigned step)
{
    size_t n = 0;

    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        n += r->step == step;
    return n;
}
