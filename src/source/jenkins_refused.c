/* jenkins: what it meant by a status that is no success. What a user may not see is
 * answered with 403, or with 404 as if it were not there; the body is a page. */
#include "config.h"

#include "source/jenkins.h"

#include "source/field.h"

void jenkins_refused(const void *config, const struct reply *reply, struct dx_error *err)
{
    (void)config;
    if (err->fault == DX_FAULT_LIMITED)
        return;
    if (reply->status == 401)
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "refused (401): `user` or its API token is wrong, or was revoked");
    else if (reply->status == 403)
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "refused (403): the user, or anonymous without one, lacks Overall/Read");
    else if (reply->status == 404)
        (void)dx_fail(err, DX_FAULT_CONFIG,
                      "there is no Jenkins at `url` (404); does it lack the context path, like "
                      "/jenkins?");
}

bool jenkins_hidden(struct jenkins_poll *p, const char *full, struct dx_error *err)
{
    int status = p->reply->status;
    bool only =
        p->reply->step == JENKINS_TREE && p->config->jobs.count == 1 && p->reply->detail == 0;

    if (status != 403 && status != 404)
        return dx_fail(err, DX_FAULT_REPLY, "%s: answered %d", full, status);
    if (status == 403)
        (void)dx_fail(err, DX_FAULT_AUTH, "the user may not read %s (403): Job/Read is missing",
                      full);
    else
        (void)dx_fail(err, DX_FAULT_CONFIG, "there is no job %s, or the user may not see it (404)",
                      full);
    if (only)
        return false;
    if (jenkins_due(p, "x", full, 6 * JENKINS_HOUR))
        batch_note(p->batch, DX_LOG_WARN, "%s", err->text);
    jenkins_remember(p->batch, "x", full, p->plan->now_ms);
    *err = (struct dx_error){ 0 };
    return true;
}
