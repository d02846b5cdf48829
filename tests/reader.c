/* reader: a store that is none. */
#include "config.h"

#include "reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

struct fake fake;

struct walk {
    enum dx_query query;
    char source[64];
    size_t next;
    const struct fake_row *row;
};

struct fake_row *fake_add(enum dx_query query)
{
    cr_assert_lt(fake.count, FAKE_ROWS);
    fake.row[fake.count] = (struct fake_row){ .query = query };
    return &fake.row[fake.count++];
}

void fake_text(struct fake_row *row, enum dx_field field, const char *text)
{
    row->text[field] = text;
    row->has[field] = true;
}

void fake_set(struct fake_row *row, enum dx_field field, double number)
{
    row->number[field] = number;
    row->has[field] = true;
}

static bool next(void *rows)
{
    struct walk *w = rows;

    if (fake.nap_ms > 0)
        (void)nanosleep(&(struct timespec){ .tv_nsec = fake.nap_ms * 1000000L }, NULL);
    while (w->next < fake.count) {
        w->row = &fake.row[w->next++];
        if (w->row->query == w->query &&
            (!*w->source || strcmp(w->row->text[DX_FIELD_SOURCE], w->source) == 0))
            return true;
    }
    w->row = NULL;
    return false;
}

static bool has(const void *rows, enum dx_field field)
{
    return ((const struct walk *)rows)->row->has[field];
}

static int64_t integer(const void *rows, enum dx_field field)
{
    return (int64_t)((const struct walk *)rows)->row->number[field];
}

static double number(const void *rows, enum dx_field field)
{
    return has(rows, field) ? ((const struct walk *)rows)->row->number[field] : (double)NAN;
}

static const char *text(const void *rows, enum dx_field field)
{
    const char *t = field < DX_FIELD_COUNT ? ((const struct walk *)rows)->row->text[field] : NULL;

    return t ? t : "";
}

static void close_rows(void *rows)
{
    fake.open--;
    free(rows);
}

static void *open_rows(void *self, enum dx_query query, const struct dx_filter *filter,
                       int64_t now_ms)
{
    struct walk *w = calloc(1, sizeof(*w));

    (void)self;
    fake.opened++;
    fake.open++;
    fake.now_ms = now_ms;
    fake.filtered = filter != NULL;
    fake.filter = filter ? *filter : (struct dx_filter){ 0 };
    w->query = query;
    if (filter && filter->source)
        strncpy(w->source, filter->source, sizeof(w->source) - 1);
    return w;
}

static const struct dx_error *error(void *self)
{
    static struct dx_error last;

    (void)self;
    last = fake.error;
    fake.error = (struct dx_error){ 0 };
    return last.fault == DX_FAULT_NONE ? NULL : &last;
}

struct reader fake_reader(void)
{
    static const struct rows_ops ops = { .next = next,
                                         .has = has,
                                         .integer = integer,
                                         .number = number,
                                         .text = text,
                                         .close = close_rows };

    return (struct reader){ .ops = &ops, .open = open_rows, .error = error };
}
