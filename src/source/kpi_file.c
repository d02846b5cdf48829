/* kpi_file: CSV or JSON lines with a date, a value and perhaps how many it is made of. */
#include "config.h"

#include "source/kpi_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/mem.h"
#include "core/time.h"
#include "source/field.h"

enum { LINE_MOST = 1024, FIRST = 64, N_MOST = 1000000000 };

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

/* The next field of a line, without quotes and blanks around it; NULL: none. */
static char *next_field(char **rest)
{
    char *field = strsep(rest, ",;"), *end;

    if (!field)
        return NULL;
    field += strspn(field, " \t\"");
    end = field + strlen(field);
    while (end > field && strchr(" \t\"", end[-1]))
        *--end = '\0';
    return field;
}

static bool read_csv(char *line, struct kpi_file_row *row, bool *with_n)
{
    char *rest = line;
    const char *date = next_field(&rest), *value = next_field(&rest), *n = next_field(&rest);
    double many = 1.;

    row->at_ms = date ? date_of(date, strlen(date)) : 0;
    if (row->at_ms <= 0 || !value || !number_of(value, &row->value))
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
    struct batch batch = { 0 };
    const char *date;
    bool ok;

    date = field_text(&batch, object, "date");
    row->at_ms = date_of(date, strlen(date));
    ok = row->at_ms > 0 && value_number(json_object_get(object, "value"), &row->value) &&
         isfinite(row->value);
    row->n = n ? field_int(object, "n") : 1;
    *with_n = *with_n || n;
    batch_done(&batch);
    json_decref(object);
    return ok && row->n >= 0 && row->n <= N_MOST;
}

bool kpi_file_read(const char *text, size_t len, struct kpi_file_row **rows, size_t *count,
                   bool *with_n, struct dx_error *err)
{
    size_t cap = FIRST, nth = 0;

    *rows = mem_new(cap, sizeof(**rows));
    *count = 0;
    *with_n = false;
    for (const char *at = text, *end = text + len; at < end; nth++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((stop ? stop : end) - at);
        char line[LINE_MOST];
        bool ok;

        (void)snprintf(line, sizeof(line), "%.*s", (int)(n < LINE_MOST ? n : LINE_MOST - 1), at);
        line[strcspn(line, "\r")] = '\0';
        at = stop ? stop + 1 : end;
        if (!line[strspn(line, " \t")] || line[0] == '#')
            continue;
        if (*count == cap) {
            cap *= 2;
            *rows = mem_grow(*rows, cap, sizeof(**rows));
        }
        ok = line[strspn(line, " \t")] == '{' ? read_json(line, &(*rows)[*count], with_n)
                                              : read_csv(line, &(*rows)[*count], with_n);
        if (ok) {
            (*count)++;
        } else if (nth > 0) { /* the first line may be a heading */
            free(*rows);
            *rows = NULL;
            *count = 0;
            return dx_fail(err, DX_FAULT_REPLY,
                           "line %zu: not a date, a value and perhaps how many it is of", nth + 1);
        }
    }
    return true;
}
