/* search_rank: how well a row fits the words that are looked for: BM25, as FTS5 has it, but for
 * how many rows have a word. FTS5 counts them all, 20 ms where half a million have it, and that
 * for each word; a word that so many have weighs next to nothing anyway. */
#include "config.h"

#include "store/search.h"

#include <math.h>

/* https://en.wikipedia.org/wiki/Okapi_BM25 */
static const double K1 = 1.2, B = 0.75, LEAST = 1e-6, TITLE = 3.;

enum { PHRASES_MOST = 64, COUNTED_MOST = 4000 };

struct weights {
    double phrase[PHRASES_MOST], mean_words;
    int count;
};

struct counted {
    int64_t rows, last;
};

/* By number, the oldest first. */
static int count_row(const Fts5ExtensionApi *api, Fts5Context *fts, void *self)
{
    struct counted *counted = self;

    counted->last = api->xRowid(fts);
    return ++counted->rows < COUNTED_MOST ? SQLITE_OK : SQLITE_DONE;
}

/* Behind the ones that were counted it is as frequent as among them. */
static double rows_with(const struct counted *counted, double all)
{
    double rows = (double)counted->rows;

    if (counted->rows == COUNTED_MOST && counted->last > 0)
        rows *= all / (double)counted->last;
    return fmin(fmax(rows, (double)counted->rows), all);
}

static int weigh(const Fts5ExtensionApi *api, Fts5Context *fts, struct weights *weights)
{
    sqlite3_int64 all = 0, words = 0;
    int rc = api->xRowCount(fts, &all);

    if (rc == SQLITE_OK)
        rc = api->xColumnTotalSize(fts, -1, &words);
    weights->mean_words = all > 0 ? (double)words / (double)all : 1.;
    weights->count = api->xPhraseCount(fts);
    if (weights->count > PHRASES_MOST)
        weights->count = PHRASES_MOST;
    for (int i = 0; rc == SQLITE_OK && i < weights->count; i++) {
        struct counted counted = { .rows = 0 };
        double rows;

        rc = api->xQueryPhrase(fts, i, &counted, count_row);
        rows = rows_with(&counted, (double)all);
        weights->phrase[i] = fmax(log(((double)all - rows + 0.5) / (rows + 0.5)), LEAST);
    }
    return rc;
}

/* Once for all rows of a query. */
static int weights_of(const Fts5ExtensionApi *api, Fts5Context *fts, struct weights **out)
{
    int rc;

    *out = api->xGetAuxdata(fts, 0);
    if (*out)
        return SQLITE_OK;
    *out = sqlite3_malloc(sizeof(**out));
    if (!*out)
        return SQLITE_NOMEM;
    **out = (struct weights){ .count = 0 };
    rc = weigh(api, fts, *out);
    if (rc == SQLITE_OK)
        return api->xSetAuxdata(fts, *out, sqlite3_free);
    sqlite3_free(*out);
    return rc;
}

static int score(const Fts5ExtensionApi *api, Fts5Context *fts, const struct weights *weights,
                 double *out)
{
    double times[PHRASES_MOST] = { 0. };
    int found = 0, words = 0, rc = api->xInstCount(fts, &found);

    for (int i = 0; rc == SQLITE_OK && i < found; i++) {
        int phrase, column, at;

        rc = api->xInst(fts, i, &phrase, &column, &at);
        if (rc == SQLITE_OK && phrase < weights->count)
            times[phrase] += column == 0 ? TITLE : 1.;
    }
    if (rc == SQLITE_OK)
        rc = api->xColumnSize(fts, -1, &words);
    *out = 0.;
    for (int i = 0; i < weights->count; i++)
        *out += weights->phrase[i] * times[i] * (K1 + 1.) /
                (times[i] + K1 * (1. - B + B * words / weights->mean_words));
    return rc;
}

static void rank(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context, int count,
                 sqlite3_value **values)
{
    struct weights *weights;
    double fits = 0.;
    int rc = weights_of(api, fts, &weights);

    (void)count;
    (void)values;
    if (rc == SQLITE_OK)
        rc = score(api, fts, weights, &fits);
    if (rc == SQLITE_OK)
        sqlite3_result_double(context, fits);
    else
        sqlite3_result_error_code(context, rc);
}

/* https://www.sqlite.org/fts5.html#extending_fts5 */
bool search_rank_begin(struct store *store, struct dx_error *err)
{
    sqlite3_stmt *stmt = NULL;
    fts5_api *api = NULL;
    int rc = sqlite3_prepare_v2(store->db, "SELECT fts5(?1)", -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_pointer(stmt, 1, (void *)&api, "fts5_api_ptr", NULL);
    if (rc == SQLITE_OK)
        (void)sqlite3_step(stmt);
    (void)sqlite3_finalize(stmt);
    if (rc == SQLITE_OK)
        rc = api ? api->xCreateFunction(api, "how_well", NULL, rank, NULL) : SQLITE_ERROR;
    return rc == SQLITE_OK || store_fail(store, err);
}
