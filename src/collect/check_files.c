/* check_files: as the collector reads them, but nothing is kept. */
#include "config.h"

#include "collect/check_files.h"

#include <stdio.h>
#include <stdlib.h>

#include "collect/runbooks.h"
#include "core/letters.h"
#include "source/kpi_file.h"

static bool check_feed(const struct kpi_feed *feed, FILE *out, bool json)
{
    const char *id = kpis[feed->kpi].id;
    struct kpi_file_row *rows = NULL;
    struct dx_error err = { 0 };
    size_t count = 0;
    bool with_n,
        ok = kpi_file_load(feed->file, feed->unit == FEED_SCORES, &rows, &count, &with_n, &err);

    free(rows);
    if (!ok)
        (void)fprintf(out, "✗ kpi %s: %s: %s\n", id, feed->file, err.text);
    else if (!json)
        (void)fprintf(out, "✓ kpi %s: %s: %zu values\n", id, feed->file, count);
    return ok;
}

static bool check_runbooks(const char *folder, FILE *out, bool json)
{
    struct dx_error err = { 0 };
    bool ok = runbooks_check(folder, &err);

    if (!ok)
        (void)fprintf(out, "✗ %s\n", err.text);
    else if (!json)
        (void)fprintf(out, "✓ runbooks: %s\n", folder);
    return ok;
}

bool check_files(const struct config *config, bool json)
{
    const struct kpi_feed *feed = config->feeds.item;
    FILE *out = json ? stderr : letters_out();
    bool ok = true;

    for (size_t i = 0; i < config->feeds.count; i++, feed++)
        ok = (!*feed->file || check_feed(feed, out, json)) && ok;
    return (!*config->runbooks || check_runbooks(config->runbooks, out, json)) && ok;
}
