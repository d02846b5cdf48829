/* fuzz_rows: rows that the input makes up. */
#include "config.h"

#include "fuzz_rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"

enum { QUERY_ROWS = 12, TEXT_MOST = 255, NUMBER_TEXT = 40, WHOLE_BITS = 53 };

struct value {
    bool made, has, is_text;
    int64_t integer;
    double number;
    char *text;
};

struct walk {
    struct fuzz_rows *rows;
    size_t left;
    struct value value[DX_FIELD_COUNT]; /* of the current row, made when they are asked for */
    struct value none;                  /* of what is no field */
};

/* ---- a value ---- */

static void set_text(struct value *v, struct fuzz_input *in, size_t most)
{
    size_t len;
    const char *bytes = fuzz_bytes(in, most, &len);

    v->is_text = true;
    v->text = mem_new(4 * TEXT_MOST + 1, 1);
    (void)text_clean(v->text, 4 * TEXT_MOST + 1, bytes, len);
    v->integer = strtoll(v->text, NULL, 10);
    v->number = (double)NAN;
}

static void set_integer(struct value *v, int64_t n)
{
    v->integer = n;
    v->number = (double)n;
}

static void set_number(struct value *v, double number)
{
    const double most = (double)(INT64_C(1) << WHOLE_BITS);

    v->number = number;
    v->integer = isnan(number) ? 0 : (int64_t)fmax(-most, fmin(most, number));
}

static void make(struct value *v, struct fuzz_input *in)
{
    unsigned kind = fuzz_byte(in);
    uint64_t bits;
    double number;

    *v = (struct value){ .made = true, .has = true };
    switch (kind % 8) {
    case 0:
        v->has = false;
        v->number = (double)NAN;
        break;
    case 1:
        set_integer(v, (int8_t)fuzz_byte(in));
        break;
    case 2: /* about now */
        set_integer(v, FUZZ_NOW + (int16_t)fuzz_number(in, 2) * MINUTE_MS);
        break;
    case 3: /* anything, to both sides of 0 */
        set_integer(v, (int64_t)fuzz_number(in, 8) >> (64 - WHOLE_BITS - 1));
        break;
    case 4:
        bits = fuzz_number(in, 8);
        memcpy(&number, &bits, sizeof(number));
        set_number(v, number);
        break;
    case 5:
        set_number(v, fuzz_byte(in) / 100.);
        break;
    case 6:
        set_text(v, in, kind / 8);
        break;
    default:
        set_text(v, in, fuzz_byte(in));
    }
    if (v->text)
        return;
    v->text = mem_new(NUMBER_TEXT, 1);
    if (v->has)
        (void)snprintf(v->text, NUMBER_TEXT, "%lld", (long long)v->integer);
}

static const struct value *value_of(const void *self, enum dx_field field)
{
    struct walk *w = (struct walk *)(uintptr_t)self;

    if (field == DX_FIELD_COUNT)
        return &w->none;
    if (!w->value[field].made)
        make(&w->value[field], w->rows->in);
    return &w->value[field];
}

/* ---- rows ---- */

static void forget(struct walk *w)
{
    for (int i = 0; i < DX_FIELD_COUNT; i++) {
        free(w->value[i].text);
        w->value[i] = (struct value){ .made = false };
    }
}

static bool next(void *self)
{
    struct walk *w = self;

    forget(w);
    if (w->left == 0 || w->rows->left == 0 || w->rows->in->left == 0)
        return false;
    w->left--;
    w->rows->left--;
    return true;
}

static bool has(const void *rows, enum dx_field field)
{
    return value_of(rows, field)->has;
}

static int64_t integer(const void *rows, enum dx_field field)
{
    return value_of(rows, field)->integer;
}

static double number(const void *rows, enum dx_field field)
{
    return value_of(rows, field)->number;
}

static const char *text(const void *rows, enum dx_field field)
{
    return value_of(rows, field)->text;
}

static void close_rows(void *self)
{
    struct walk *w = self;

    w->rows->open--;
    forget(w);
    free(w);
}

static void *open_rows(void *self, enum dx_query query, const struct dx_filter *filter,
                       int64_t now_ms)
{
    struct walk *w = mem_new(1, sizeof(*w));

    (void)query;
    (void)filter;
    (void)now_ms;
    w->rows = self;
    w->none = (struct value){ .number = (double)NAN, .text = (char *)(uintptr_t) "" };
    w->rows->open++;
    w->left = fuzz_byte(w->rows->in) % (QUERY_ROWS + 1);
    return w;
}

static const struct dx_error *no_error(void *self)
{
    (void)self;
    return NULL;
}

struct reader fuzz_reader(struct fuzz_rows *rows)
{
    static const struct rows_ops ops = { .next = next,
                                         .has = has,
                                         .integer = integer,
                                         .number = number,
                                         .text = text,
                                         .close = close_rows };

    return (struct reader){ .ops = &ops, .open = open_rows, .error = no_error, .self = rows };
}
