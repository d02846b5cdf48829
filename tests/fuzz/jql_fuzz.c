/* JQL of the simulated Jira: whatever is asked, it is answered or refused in words. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/hours.h"
#include "sim/jql.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const char *const projects[] = { "DX", "PLAT", NULL };
static const char *const statuses[TICKET_STATUSES] = { "a", "Done", "b", "c", "d", "e", "f" };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const int64_t at_ms = 1795530727000;
    static struct company *company;
    static struct helpdesk *desk;
    struct jql_account account = { .system = TICKETS_JIRA,
                                   .now_ms = at_ms,
                                   .offset_ms = hours_offset_ms,
                                   .projects = projects,
                                   .statuses = statuses };
    char *text = malloc(len + 1);
    struct arena arena = { 0 };
    struct ticket **found;
    struct jql query;

    if (!company) {
        company = company_new(&(struct world){ .seed = 1 },
                              &(struct company_options){ 10, at_ms, 86400000 });
        desk = helpdesk_new(company);
        helpdesk_extend(desk, at_ms);
    }
    account.desk = desk;
    memcpy(text, bytes, len);
    text[len] = '\0';
    if (!jql_parse(&query, &arena, &account, text)) {
        if (!*query.error)
            abort();
    } else if (jql_run(&query, &found) > desk->count[TICKETS_JIRA]) {
        abort();
    }
    arena_free(&arena);
    free(text);
    return 0;
}
