/* inside: what a number is made of: the records themselves, in the same columns whatever they are.
 */
#include "inside.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 300, TEXT_MOST = 64 };

enum { STATE, NAME, VALUE, BEFORE, N, AT, WORDS, COUNT };

const struct dx_column inside_columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT, "as elsewhere" },
    [NAME] = { "NAME", DX_CELL_TEXT, DX_UNIT_NONE, 0, 12, 44, DX_FIT_MIDDLE,
               "of the pool, pipeline, job, category or record" },
    [VALUE] = { "VALUE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 14, DX_FIT_RIGHT,
                "the number, of this one alone" },
    [BEFORE] = { "BEFORE", DX_CELL_TEXT, DX_UNIT_NONE, 2, 8, 10, DX_FIT_RIGHT,
                 "of the window before, where that is kept" },
    [N] = { "N", DX_CELL_NUMBER, DX_UNIT_COUNT, 1, 4, 7, DX_FIT_RIGHT, "what it is made of" },
    [AT] = { "AT", DX_CELL_TEXT, DX_UNIT_NONE, 1, 5, 9, DX_FIT_RIGHT, "when it ended" },
    [WORDS] = { "", DX_CELL_TEXT, DX_UNIT_NONE, 3, 10, 0, DX_FIT_LEFT, "what else is known" },
    [COUNT] = { 0 },
};

void inside_put(struct dx_list *list, const struct line *line, int64_t now_ms)
{
    char value[TEXT_MOST], before[TEXT_MOST] = "", at[32] = "";
    struct dx_cell cells[COUNT] = {
        [STATE] = { .value = (double)line->look.glyph, .role = line->look.role },
        [NAME] = { .text = line->name, .role = DX_ROLE_TEXT, .attr = line->look.attr },
        [VALUE] = { .text = dx_format(value, sizeof(value), line->unit, line->value),
                    .value = line->value,
                    .role = DX_ROLE_TEXT },
        [BEFORE] = { .text = before, .value = line->before, .role = DX_ROLE_DIM },
        [N] = { .value = line->n, .role = DX_ROLE_DIM },
        [AT] = { .text = at, .value = (double)line->at_ms, .role = DX_ROLE_DIM },
        [WORDS] = { .text = line->words ? line->words : "", .role = DX_ROLE_DIM },
    };

    if (isnan(line->n))
        cells[N].text = "";
    if (!isnan(line->before))
        (void)dx_format(before, sizeof(before), line->unit, line->before);
    if (line->at_ms > 0)
        (void)ci_when(at, sizeof(at), line->at_ms, now_ms);
    dx_add(list, DX_ROW(.key = line->key, .url = line->url ? line->url : "", .cells = cells,
                        .into = line->into ? line->into : ""));
}

static void put_job(const struct dx_view *view, struct dx_list *list, const struct dx_rows *rows,
                    const struct ci_prefix *prefix, enum dx_field span)
{
    struct ci_look look = ci_look(rows);
    const char *evidence =
        dx_text(rows, dx_has(rows, DX_FIELD_FINISHED) ? DX_FIELD_EVIDENCE : DX_FIELD_WHY);
    char name[NAME_MOST], pipeline[200], number[60], words[300];

    (void)ci_pipeline(pipeline, sizeof(pipeline), rows, prefix);
    (void)ci_number(number, sizeof(number), rows);
    (void)snprintf(name, sizeof(name), "%.90s %.50s %.120s", pipeline, number,
                   dx_text(rows, DX_FIELD_NAME));
    (void)snprintf(words, sizeof(words), "%s%s%.200s", look.word, *evidence ? ": " : "", evidence);
    inside_put(list,
               &(struct line){ .look = look,
                               .unit = DX_UNIT_SECONDS,
                               .value = ci_seconds(rows, span),
                               .before = (double)NAN,
                               .n = (double)NAN,
                               .at_ms = dx_int(rows, DX_FIELD_FINISHED),
                               .key = dx_text(rows, DX_FIELD_KEY),
                               .url = dx_text(rows, DX_FIELD_URL),
                               .name = name,
                               .words = words,
                               .into = dx_text(rows, DX_FIELD_NAME) },
               dx_now(view));
}

bool inside_next(struct dx_list *list, struct dx_rows *rows, int64_t *count, int64_t most)
{
    if (!dx_next(rows))
        return false;
    if (++*count > most)
        dx_part_of(list, -1);
    return *count <= most;
}

void inside_jobs(const struct dx_view *view, struct dx_list *list, const struct dx_filter *filter,
                 enum dx_field span)
{
    struct ci_prefix prefix = ci_prefix(view, NULL);
    struct dx_filter of = *filter;
    struct dx_rows *rows;
    int64_t count = 0;

    of.limit = RECORDS_MOST + 1;
    rows = dx_rows(view, DX_QUERY_JOBS, &of);
    while (inside_next(list, rows, &count, RECORDS_MOST))
        put_job(view, list, rows, &prefix, span);
}

void inside_tries(const struct dx_view *view, struct dx_list *list, const char *key,
                  const char *sha)
{
    struct ci_prefix prefix = ci_prefix(view, NULL);
    struct dx_rows *rows = dx_rows(view, DX_QUERY_JOBS, DX_FILTER(.key = key, .name = sha));

    while (dx_next(rows))
        if (strcmp(dx_text(rows, DX_FIELD_SHA), sha) == 0)
            put_job(view, list, rows, &prefix, DX_FIELD_DURATION);
}

void inside_runs(const struct dx_view *view, struct dx_list *list, const char *key)
{
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_RUNS, DX_FILTER(.key = key, .limit = RECORDS_MOST + 1));
    int64_t count = 0;

    while (inside_next(list, rows, &count, RECORDS_MOST)) {
        struct ci_look look = ci_look(rows);
        const char *evidence = dx_text(rows, DX_FIELD_EVIDENCE);
        char number[100], words[300];

        (void)snprintf(words, sizeof(words), "%s%s%.200s", look.word, *evidence ? ": " : "",
                       *evidence ? evidence : dx_text(rows, DX_FIELD_TITLE));
        inside_put(list,
                   &(struct line){ .look = look,
                                   .unit = DX_UNIT_SECONDS,
                                   .value = ci_seconds(rows, DX_FIELD_DURATION),
                                   .before = (double)NAN,
                                   .n = (double)NAN,
                                   .at_ms = dx_int(rows, DX_FIELD_FINISHED),
                                   .key = dx_text(rows, DX_FIELD_KEY),
                                   .url = dx_text(rows, DX_FIELD_URL),
                                   .name = ci_number(number, sizeof(number), rows),
                                   .words = words,
                                   .into = number },
                   dx_now(view));
    }
}

void inside_commits(const struct dx_view *view, struct dx_list *list, const char *key)
{
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_FLAKY_COMMITS, DX_FILTER(.key = key, .limit = RECORDS_MOST + 1));
    int64_t count = 0;

    while (inside_next(list, rows, &count, RECORDS_MOST)) {
        char sha[16];

        (void)snprintf(sha, sizeof(sha), "%.10s", dx_text(rows, DX_FIELD_SHA));
        inside_put(list,
                   &(struct line){ .look = { DX_GLYPH_WARN, DX_ROLE_WARN, 0, "" },
                                   .unit = DX_UNIT_COUNT,
                                   .value = (double)strlen(dx_text(rows, DX_FIELD_STRIP)),
                                   .before = (double)NAN,
                                   .n = (double)NAN,
                                   .at_ms = dx_int(rows, DX_FIELD_AT),
                                   .key = dx_text(rows, DX_FIELD_SHA),
                                   .url = dx_text(rows, DX_FIELD_URL),
                                   .name = sha,
                                   .words = dx_text(rows, DX_FIELD_TEXT),
                                   .into = sha },
                   dx_now(view));
    }
}
