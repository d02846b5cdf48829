/* fuzz_json: bytes that are JSON become other JSON, most of the time: of bytes that were changed
 * anywhere little is JSON, and a decoder sees none of it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fuzz_kit.h"

enum { PLACES_MOST = 2000, DEEP_MOST = 40 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most); /* libFuzzer's own */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

struct place { /* of a value: in an object by its key, in an array by its number */
    json_t *in;
    const char *key;
    size_t nth;
};

static struct place places[PLACES_MOST];
static size_t place_count;

static json_t *value_at(const struct place *place)
{
    return place->key ? json_object_get(place->in, place->key)
                      : json_array_get(place->in, place->nth);
}

static void find_places(json_t *in, int deep)
{
    const char *key;
    json_t *value;
    size_t i;

    if (deep > DEEP_MOST)
        return;
    json_object_foreach (in, key, value) {
        if (place_count < PLACES_MOST)
            places[place_count++] = (struct place){ in, key, 0 };
        find_places(value, deep + 1);
    }
    json_array_foreach (in, i, value) {
        if (place_count < PLACES_MOST)
            places[place_count++] = (struct place){ in, NULL, i };
        find_places(value, deep + 1);
    }
}

/* ---- another value ---- */

static json_t *number(unsigned n)
{
    static const json_int_t odd[] = { 0, -1, 1, INT64_MAX, INT64_MIN, 1795518007, 1795518007000 };

    return n % 8 == 7 ? json_real(n % 16 == 7 ? 1e308 : -0.5) : json_integer(odd[n % 8 % 7]);
}

static json_t *text(unsigned n)
{
    static const char *const odd[] = { "",
                                       " ",
                                       "0",
                                       "-1",
                                       "9223372036854775808",
                                       "2026-11-24T14:32:07Z",
                                       "2026-11-24T14:32:07.123+0000",
                                       "0001-01-01T00:00:00Z",
                                       "9999-12-31T23:59:59Z",
                                       "https://a/b",
                                       "\033[31m",
                                       "\xE2\x80\xAE",
                                       "a/b" };

    return json_string(odd[n % (sizeof(odd) / sizeof(odd[0]))]);
}

/* As of another place, or one that is odd. */
static json_t *another(unsigned n)
{
    const struct place *place = &places[n / 8 % place_count];

    switch (n % 8) {
    case 0:
        return json_null();
    case 1:
        return json_boolean(n & 8);
    case 2:
        return number(n / 8);
    case 3:
        return text(n / 8);
    case 4:
        return n & 8 ? json_array() : json_object();
    default:
        return json_deep_copy(value_at(place));
    }
}

static void change(const struct place *place, unsigned deed, unsigned n)
{
    json_t *value;

    if (deed % 4 == 0 && place->key) {
        (void)json_object_del(place->in, place->key);
    } else if (deed % 4 == 0) {
        (void)json_array_remove(place->in, place->nth);
    } else if (deed % 4 == 1 && !place->key) { /* twice */
        (void)json_array_insert_new(place->in, place->nth, json_deep_copy(value_at(place)));
    } else {
        value = another(n);
        if (place->key)
            (void)json_object_set_new(place->in, place->key, value);
        else
            (void)json_array_set_new(place->in, place->nth, value);
    }
}

/* How long it is now; 0: it is no JSON, or would be too long. */
static size_t mutate(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    json_t *json = json_loadb((const char *)data, size, 0, NULL);
    char *out = NULL;
    size_t len = 0;

    place_count = 0;
    find_places(json, 0);
    if (place_count > 0) {
        change(&places[seed % place_count], seed / 7, seed / 31);
        out = json_dumps(json, JSON_COMPACT);
    }
    if (out && strlen(out) <= most) {
        len = strlen(out);
        memcpy(data, out, len);
    }
    free(out);
    json_decref(json);
    return len;
}

/* ---- libFuzzer's hook ---- */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    size_t head = size >= FUZZ_CHOICE && data[0] == FUZZ_CHOSEN ? FUZZ_CHOICE : 0, len = 0;

    if (head == 0 && seed % 4 == 0 && size + FUZZ_CHOICE <= most) {
        memmove(data + FUZZ_CHOICE, data, size);
        data[0] = FUZZ_CHOSEN;
        data[1] = (uint8_t)(seed >> 8);
        return size + FUZZ_CHOICE;
    }
    if (head > 0 && seed % 16 == 1) {
        data[1] = (uint8_t)(seed >> 8);
        return size;
    }
    if (seed % 4 > 1)
        len = mutate(data + head, size - head, most - head, seed >> 4);
    if (len == 0)
        len = LLVMFuzzerMutate(data + head, size - head, most - head);
    return head + len;
}
