/* causes: why jobs failed, by the catalogue of texts. */
#include "config.h"

#include "collect/causes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "insight/cause.h"

enum { FILE_MOST = 1 << 20 };

struct causes {
    struct catalogue *catalogue;
};

/* NULL: why not is in complaints. */
static char *read_file(const char *path, struct buf *complaints)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st = { .st_size = 0 };
    char *text = NULL;
    size_t len = 0;
    ssize_t n;

    if (fd < 0 || fstat(fd, &st) != 0)
        (void)buf_print(complaints, "%s: cannot be read: %s\n", path, strerror(errno));
    else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MOST)
        (void)buf_print(complaints, "%s: is no ordinary file of at most %d bytes\n", path,
                        FILE_MOST);
    else
        text = mem_new((size_t)st.st_size + 1, 1);
    while (text && len < (size_t)st.st_size &&
           (n = read(fd, text + len, (size_t)st.st_size - len)) > 0)
        len += (size_t)n;
    if (fd >= 0)
        (void)close(fd);
    return text;
}

static void add_file(struct causes *causes, const char *path, struct buf *complaints)
{
    char *text = read_file(path, complaints);

    if (text)
        (void)catalogue_add(causes->catalogue, path, text, complaints);
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
