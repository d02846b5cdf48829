/* causes: why jobs failed, by the catalogue of texts. */
#include "config.h"

#include "collect/causes.h"

#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/mem.h"
#include "insight/cause.h"

enum { FILE_MOST = 1 << 20 };

struct causes {
    struct catalogue *catalogue;
};

static void add_file(struct causes *causes, const char *path, struct buf *complaints)
{
    struct dx_error err = { 0 };
    size_t len;
    char *text = file_read(path, FILE_MOST, &len, &err);

    if (text)
        (void)catalogue_add(causes->catalogue, path, text, complaints);
    else
        (void)buf_print(complaints, "%s: %s\n", path, err.text);
    free(text);
}

struct causes *causes_new(const struct config *config, struct buf *complaints)
{
    struct causes *causes = mem_new(1, sizeof(*causes));
    const char *own = getenv("DXTOP_PATTERNS");
    const char *const *paths = config->patterns.item;

    causes->catalogue = catalogue_new();
    add_file(causes, own && *own ? own : DX_PKGDATADIR "/failure_patterns.tsv", complaints);
    for (size_t i = 0; i < config->patterns.count; i++)
        add_file(causes, paths[i], complaints);
    return causes;
}

void causes_free(struct causes *causes)
{
    if (!causes)
        return;
    catalogue_free(causes->catalogue);
    free(causes);
}

void causes_of_jobs(const struct causes *causes, struct batch *batch)
{
    for (size_t i = 0; causes && i < batch->job_count; i++)
        cause_of_job(causes->catalogue, &batch->jobs[i], &batch->arena);
}

void causes_of_tails(const struct causes *causes, struct batch *batch, size_t from)
{
    for (size_t i = from; causes && i < batch->tail_count; i++) {
        struct log_tail *tail = &batch->tails[i];
        struct verdict verdict;

        if (!cause_of_text(causes->catalogue, tail->text, strlen(tail->text), &verdict))
            continue;
        tail->cause = verdict.cause;
        tail->evidence = batch_text(batch, verdict.evidence, strlen(verdict.evidence));
    }
}
