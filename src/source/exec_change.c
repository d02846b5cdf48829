/* exec_change: a line as a pull or merge request. */
#include "config.h"

#include "source/exec.h"

void exec_change(struct exec_line *line)
{
    struct batch empty = { 0 };
    struct change change = *batch_change(&empty);

    batch_done(&empty); /* its texts are constants */
    change.project = exec_text(line, "project");
    change.id = exec_needed(line, "id");
    change.title = exec_text(line, "title");
    change.author = exec_text(line, "author");
    change.url = exec_url(line, "url");
    change.created_ms = exec_time(line, "created_at");
    change.first_review_ms = exec_time(line, "first_review_at");
    change.merged_ms = exec_time(line, "merged_at");
    change.closed_ms = exec_time(line, "closed_at");
    /* null too: nobody looked at it yet */
    change.reviews_known = json_object_get(line->object, "first_review_at") != NULL;
    if (change.closed_ms == 0)
        change.closed_ms = change.merged_ms;
    if (change.created_ms == 0 && line->error.fault == DX_FAULT_NONE)
        dx_fail(&line->error, DX_FAULT_REPLY, "created_at is missing");
    if (line->error.fault == DX_FAULT_NONE)
        *batch_change(line->batch) = change;
}
