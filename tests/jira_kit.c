#include "config.h"

#include "jira_kit.h"

#include <stdio.h>

struct jira config = { .jql = "", .category = "component" };
struct kit kit;

bool jira_decode(struct reply reply, const char *file)
{
    char name[200];

    snprintf(name, sizeof(name), "jira/%s.json", file);
    return kit_decode_file(&kit, &source_jira, &config, reply, name);
}

const struct ticket *jira_of(struct reply reply, const char *file)
{
    kit_poll(&kit, NOW);
    cr_assert(jira_decode(reply, file), "%s: %s", file, kit.err.text);
    cr_assert(kit.batch.ticket_count > 0, "%s", file);
    return kit.batch.tickets;
}

const struct ticket *jira_page(const char *file)
{
    return jira_of((struct reply){ .step = JIRA_NEWS, .detail = 1, .detail_text = CLOUD_WALK },
                   file);
}

void jira_begin(int64_t now_ms)
{
    kit_poll(&kit, now_ms);
    source_jira.begin(&config, &kit.cursors, &kit.plan);
}

void jira_answer(unsigned step, const char *file)
{
    const struct plan_request *r = plan_take(&kit.plan);

    cr_assert(r && r->step == step, "%s: %s", file, r ? r->path : "nothing asked");
    cr_assert(
        jira_decode(
            (struct reply){ .step = r->step, .detail = r->detail, .detail_text = r->detail_text },
            file),
        "%s: %s", file, kit.err.text);
}

void jira_first_poll(const char *server)
{
    jira_begin(NOW);
    cr_assert_str_eq(kit.plan.first->path, "/rest/api/2/serverInfo");
    cr_assert_null(kit.plan.first->next, "the rest depends on what it is");
    jira_answer(JIRA_SERVER, server);
    jira_answer(JIRA_MYSELF, "myself_in_shanghai");
}
