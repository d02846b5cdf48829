/* kpi_file: CSV or JSON lines with a date, a value and perhaps how many it is made of. */
#include "config.h"

#include "source/kpi_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "core/mem.h"
#include "core/time.h"
#include "source/field.h"

enum { LINE_MOST = 1024, FIRST = 64, N_MOST = 1000000000, FILE_MOST = 4 << 20 };

/* "2026-11-24", or a time as elsewhere. */
static int64_t date_of(const char *text, size_t len)
{
    char day[40];

    if (len == 10 && text[4] == '-' && text[7] == '-') {
        (void)snprintf(day, sizeof(day), "%.10sT00:00:00Z", text);
        return time_parse(day, strlen(day));
    }
    return time_parse(text, len);
}

static bool number_of(const char *text, double *out)
{
    char *end;

    *out = strtod(text, &end);
    end += strspn(end, " \t\"");
    return end != text && !*end && isfinite(*out);
}

/* The next field of a line, without quotes and blanks around it; NULL: none. What is in
 * quotes is one field, whatever is in it. */
static char *next_field(char **rest, char separator)
{
    char *field = *rest, *end;
    bool quoted = false;

    if (!field)
        return NULL;
    for (end = field; *end && (quoted || *end != separator); end++)
        quoted ^= *end == '"';
    *rest = *end ? end + 1 : NULL;
    *end = '\0';
    field += strspn(field, " \t\"");
    end = field + strlen(field);
    while (end > field && strchr(" \t\"", end[-1]))
        *--end = '\0';
    return field;
}

/* A line with a `;` is split at no comma: that may be a decimal one, and half a number is
 * none. *why: what is wrong, where more can be said than that it does not fit. */
static bool read_csv(char *line, struct kpi_file_row *row, bool *with_n, const char **why)
{
    char separator = strchr(line, ';') ? ';' : ',', *rest = line;
    const char *date = next_field(&rest, separator), *value = next_field(&rest, separator),
               *n = next_field(&rest, separator);
    double many = 1.;

    row->at_ms = date ? date_of(date, strlen(date)) : 0;
    if (row->at_ms <= 0 || !value)
        return false;
    if (strchr(value, ',') || (n && strchr(n, ',')))
        *why = "a comma in a number; write 4.2, not 4,2";
    else if (rest)
        *why = "more than a date, a value and how many it is of; a decimal comma?";
    if (*why || !number_of(value, &row->value))
        return false;
    if (n && *n && (!number_of(n, &many) || many < 0. || many > N_MOST))
        return false;
    *with_n = *with_n || (n && *n);
    row->n = (int64_t)many;
    return true;
}

static bool read_json(const char *line, struct kpi_file_row *row, bool *with_n)
{
    json_t *object = json_loads(line, 0, NULL);
    const json_t *n = json_object_get(object, "n");
    const bool said = n && !json_is_null(n);
    struct batch batch = { 0 };
    const char *date;
    double many = 1.;
    bool ok;

    date = field_text(&batch, object, "date");
    row->at_ms = date_of(date, strlen(date));
    ok = row->at_ms > 0 && value_number(json_object_get(object, "value"), &row->value) &&
         isfinite(row->value) && (!said || value_number(n, &many)) && many >= 0. && many <= N_MOST;
    row->n = ok ? (int64_t)many : 0;
    *with_n = *with_n || said;
    batch_done(&batch);
    json_decref(object);
    return ok;
}

/* A first line of words. What begins like a row is one, and is not passed over when it
 * is wrong. */
static bool is_heading(const char *line)
{
    line += strspn(line, " \t\"");
    return *line != '{' && !(*line >= '0' && *line <= '9');
}

bool kpi_file_read(const char *text, size_t len, struct kpi_file_row **rows, size_t *count,
                   bool *with_n, struct dx_error *err)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8, as spreadsheets write it */
    const size_t skip = len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    size_t cap = FIRST, nth = 0;
    bool first = true;

    *rows = mem_new(cap, sizeof(**rows));
    *count = 0;
    *with_n = false;
    for (const char *at = text + skip, *end = text + len; at < end; nth++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop ? stop : end) - at);
        char line[LINE_MOST];
        const char *why = NULL;
        bool ok;

        (void)snprintf(line, sizeof(line), "%.*s", (int)(n < LINE_MOST ? n : LINE_MOST - 1), at);
        line[strcspn(line, "\r")] = '\0';
        at = stop ? stop + 1 : end;
        if (!line[strspn(line, " \t")] || line[0] == '#')
            continue;
        if (first && is_heading(line)) {
            first = false;
            continue;
        }
        first = false;
        if (*count == cap) {
            cap *= 2;
            *rows = mem_grow(*rows, cap, sizeof(**rows));
        }
        ok = line[strspn(line, " \t")] == '{' ? read_json(line, &(*rows)[*count], with_n)
                                              : read_csv(line, &(*rows)[*count], with_n, &why);
        if (ok) {
            (*count)++;
        } else {
            free(*rows);
            *rows = NULL;
            *count = 0;
            return dx_fail(err, DX_FAULT_REPLY, "line %zu: %s", nth + 1,
                           why ? why : "not a date, a value and perhaps how many it is of");
        }
    }
    return true;
}

/* A share, or a score out of ten, would count as good. */
static bool are_scores(const struct kpi_file_row *rows, size_t count, struct dx_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!(rows[i].value >= 1. && rows[i].value <= 5.))
            return dx_fail(err, DX_FAULT_CONFIG, "%g is no score from 1 to 5", rows[i].value);
    return true;
}

bool kpi_file_load(const char *path, bool scores, struct kpi_file_row **rows, size_t *count,
                   bool *with_n, struct dx_error *err)
{
    size_t len;
    char *text = file_read(path, FILE_MOST, &len, err);
    bool ok = text && kpi_file_read(text, len, rows, count, with_n, err);

    free(text);
    if (ok && scores && !are_scores(*rows, *count, err)) {
        free(*rows);
        *rows = NULL;
        *count = 0;
        ok = false;
    }
    return ok;
}
