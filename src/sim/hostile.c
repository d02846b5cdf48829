/* hostile: answers whose texts try to drive what shows them. */
#include "config.h"

#include "sim/hostile.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sim/noise.h"

/* Before a text: a formula, markup; behind it: the title, colours, the whole screen, a link, the
 * clipboard, a question that the terminal answers, DCS, C1 forms of the same, bidi controls, a
 * zero width, marks without end, a line and a bell. EVIL is what a test looks for. */
static const char before[] = "=1+EVIL<script>\"'&<!--";
static const char behind[] =
    "\033]0;EVIL\a\033[31;5m\033[2J\033[H\033]8;;http://evil\033\\\033]52;c;RVZJTA==\a\033[6n\033c"
    "\033P$qEVIL\033\\\302\233"
    "5n\302\235"
    "0;EVIL\302\234\342\200\256\342\201\246\330\234\342\200"
    "\213e\314\201\314\202\314\203\314\204\314\205\r\n\b\177\a]]>-->`|*_[EVIL](javascript:EVIL)";

static uint64_t hash(const char *name)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a */

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    return h;
}

/* As deep as a face makes its answers. NOLINTBEGIN(misc-no-recursion) */
static void spoil(json_t *value, bool hit, int64_t seed)
{
    const char *key;
    json_t *child;
    size_t i;

    if (json_is_string(value) && hit) {
        struct buf text;

        buf_init(&text, 1 << 20);
        if (buf_print(&text, "%s%s%s", before, json_string_value(value), behind))
            (void)json_string_set_nocheck(value, text.bytes);
        buf_done(&text);
    }
    json_object_foreach (value, key, child) {
        spoil(child, noise_chance((uint64_t)seed, hash(key), 0) < 0.5, seed);
    }
    json_array_foreach (value, i, child) {
        spoil(child, hit, seed);
    }
}
/* NOLINTEND(misc-no-recursion) */

void hostile_spoil(struct buf *body, int64_t seed)
{
    json_t *json = json_loadb(body->bytes ? body->bytes : "", body->len, JSON_DECODE_ANY, NULL);
    char *text;

    if (!json) {
        (void)buf_text(body, behind);
        return;
    }
    spoil(json, false, seed);
    text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_clear(body);
    (void)buf_text(body, text ? text : "");
    free(text);
    json_decref(json);
}
