/* Whatever is in a store, that somebody may have damaged or made so: each query is answered or
 * fails in words, with numbers that can be counted with and texts that can be shown; records can
 * be made of the rows, and the views drawn. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/records.h"
#include "core/text.h"
#include "core/time.h"
#include "fuzz_store.h"
#include "fuzz_views.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 20, KEY_MOST = 40 };

static const int64_t MOST = INT64_C(1) << 53;

/* ---- a row ---- */

static void read_row(const struct rows_ops *ops, const void *rows)
{
    for (int i = 0; i < DX_FIELD_COUNT; i++) {
        const enum dx_field field = (enum dx_field)i;
        const int64_t n = ops->integer(rows, field);
        const double number = ops->number(rows, field);

        if (n < -MOST || n > MOST || (!ops->has(rows, field) && !isnan(number)))
            abort();
        if (!text_is_safe(ops->text(rows, field)))
            abort();
    }
}

static void expect_words(const struct reader *reader)
{
    const struct dx_error *err = reader->error(reader->self);

    if (err && !*err->text)
        abort();
}

/* ---- what is made of them ---- */

static const char *key_from(struct fuzz_input *in, char out[KEY_MOST])
{
    static const char *const keys[] = { "",   "t1",   "j1", "r1", "p1", "q1",  "f1:1", "b1",
                                        "a1", "f2:2", "c1", "m1", "k1", "i1:", "g1",   "s1" };
    unsigned which = fuzz_byte(in);
    const char *bytes;
    size_t len;

    if (which < 128)
        return keys[which % (sizeof(keys) / sizeof(keys[0]))];
    bytes = fuzz_bytes(in, which % (KEY_MOST - 1), &len);
    memcpy(out, bytes, len);
    out[len] = '\0';
    return out;
}

static void ask(const struct reader *reader, struct fuzz_input *in)
{
    static const int64_t windows[] = { DAY_MS, 7 * DAY_MS, 30 * DAY_MS };
    char key[KEY_MOST], name[KEY_MOST], text[KEY_MOST];
    unsigned how = fuzz_byte(in);
    struct dx_filter filter = { .size = sizeof(filter),
                                .window_ms = windows[how % 3],
                                .limit = LIMIT,
                                .parts = how & 4,
                                .open = how & 8,
                                .reverse = how & 16,
                                .done = how >> 5,
                                .key = key_from(in, key),
                                .name = key_from(in, name),
                                .text = key_from(in, text) };

    for (int which = 0; which < DX_QUERY_COUNT; which++) {
        void *rows = reader->open(reader->self, (enum dx_query)which, &filter, FUZZ_STORE_NOW);

        for (int n = 0; n < LIMIT && reader->ops->next(rows); n++)
            read_row(reader->ops, rows);
        reader->ops->close(rows);
        expect_words(reader);
    }
}

static void record(const struct reader *reader)
{
    for (int type = 0; type < RECORD_TYPES; type++) {
        const struct dx_filter filter = {
            .size = sizeof(filter), .window_ms = DAY_MS, .limit = LIMIT, .parts = true
        };
        void *rows = reader->open(reader->self, record_kinds[type].query, &filter, FUZZ_STORE_NOW);
        const struct record_row row = { reader->ops, rows, FUZZ_STORE_NOW, DAY_MS };

        for (int n = 0; n < LIMIT && reader->ops->next(rows); n++) {
            json_t *one = record_json((enum record_type)type, &row);
            char *text = json_dumps(one, JSON_COMPACT);

            if (!text)
                abort();
            free(text);
            json_decref(one);
        }
        reader->ops->close(rows);
        expect_words(reader);
    }
}

static void look(struct store *store, struct fuzz_input *in)
{
    struct reader reader = store_reader(store);
    unsigned what = fuzz_byte(in) % 4;

    fuzz_store_spoil(store, in);
    if (what == 0)
        ask(&reader, in);
    else if (what == 1)
        record(&reader);
    else
        fuzz_view(in, &reader, FUZZ_STORE_NOW);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };

    (void)fuzz_store_try(look, &in);
    return 0;
}
