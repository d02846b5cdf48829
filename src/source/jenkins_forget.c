/* jenkins: what is remembered of jobs that nobody builds any more goes, such as that of branches
 * that were merged: there are ever more of them. Of one that is built after all it is as of one
 * that was never seen; its builds that are in the store are known by themselves. */
#include "config.h"

#include "source/jenkins.h"

#include <stdio.h>

#include "source/recall.h"

/* At once: each is up to six cursors. */
enum { FORGOTTEN_MOST = 500, KEPT_DAYS = 100 };

bool jenkins_is_old(const struct plan *plan, int64_t ms)
{
    int64_t kept_ms = KEPT_DAYS * JENKINS_DAY;

    if (plan->history_ms > kept_ms)
        kept_ms = plan->history_ms;
    return ms > 0 && ms < plan->now_ms - kept_ms;
}

/* Those of a kind, by the time that the one of another kind, or they themselves, say: what goes
 * with them. */
static const struct list {
    const char *prefix, *time, *kinds;
} lists[] = {
    { "n:", "t", "ntfdbx" }, /* jobs, by their last build */
    { "x:", "x", "x" },      /* those that were hidden */
    { "g:", "g", "g" },      /* builds that were not found */
};

static void forget(struct batch *batch, const char *kinds, const char *name)
{
    for (; *kinds; kinds++)
        jenkins_remember(batch, (const char[]){ *kinds, '\0' }, name, 0);
}

static size_t forget_of(struct jenkins_poll *p, const struct list *list, size_t most)
{
    char name[JENKINS_NAME] = "";
    const char *next;
    size_t n = 0;

    while (n < most && (next = recall_after(p->plan, list->prefix, name)) != NULL) {
        (void)snprintf(name, sizeof(name), "%s", next);
        if (!jenkins_is_old(p->plan, jenkins_recall(p->plan, NULL, list->time, name)))
            continue;
        forget(p->batch, list->kinds, name);
        n++;
    }
    return n;
}

void jenkins_forget(struct jenkins_poll *p)
{
    size_t n = 0;

    if (!jenkins_due(p, "forgot", "", JENKINS_DAY))
        return;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        n += forget_of(p, &lists[i], FORGOTTEN_MOST - n);
    if (n < FORGOTTEN_MOST)
        jenkins_remember(p->batch, "forgot", "", p->plan->now_ms);
}
