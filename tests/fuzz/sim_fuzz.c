/* Whatever the simulated platform is asked: "GET /path?query", lines of a head, an empty line and
 * what else was sent. It answers with a status, a head that is lines, and where it says JSON that
 * is JSON; who has no token gets nothing but a refusal. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz_input.h"
#include "sim/exchange.h"
#include "sim/sim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 8192, ASKED_MOST = 16, BLANKS_MOST = 1 << 16 };

static const int64_t NOW = 1795530727000;

struct asked { /* all of it is in text */
    char text[MOST + 1];
    const char *method, *path, *content;
    char *query;
    struct header head[ASKED_MOST];
    size_t head_count;
};

static struct sim sim;
static struct asked asked;

/* ---- what came ---- */

static int hex_of(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) % 16 : -1;
}

/* As libmicrohttpd decodes a path: there may be any byte in it. */
static void decode(char *text)
{
    char *out = text;

    for (; *text; text++)
        if (*text == '%' && hex_of(text[1]) >= 0 && hex_of(text[2]) >= 0) {
            *out++ = (char)(hex_of(text[1]) * 16 + hex_of(text[2]));
            text += 2;
        } else {
            *out++ = *text;
        }
    *out = '\0';
}

static void read_head(char *text)
{
    for (char *line = strsep(&text, "\n"); line && *line; line = strsep(&text, "\n")) {
        char *value = strchr(line, ':');

        if (!value || asked.head_count == ASKED_MOST)
            continue;
        *value++ = '\0';
        asked.head[asked.head_count++] = (struct header){ line, value + strspn(value, " ") };
    }
    asked.content = text ? text : "";
}

static void read_request(const uint8_t *data, size_t size)
{
    char *text = asked.text, *first, *path;

    memcpy(text, data, size);
    text[size] = '\0';
    asked.head_count = 0;
    asked.content = "";
    first = strsep(&text, "\n");
    read_head(text);
    asked.method = strsep(&first, " ");
    path = first ? strsep(&first, " ") : asked.text + size; /* "" */
    asked.query = strchr(path, '?');
    if (asked.query)
        *asked.query++ = '\0';
    decode(path);
    asked.path = path;
}

static const char *value_of(const void *self, const char *name)
{
    (void)self;
    for (size_t i = 0; i < asked.head_count; i++)
        if (strcasecmp(asked.head[i].name, name) == 0)
            return asked.head[i].value;
    return strcasecmp(name, "User-Agent") == 0 ? "fuzz" : NULL;
}

/* ---- what is answered ---- */

static void check_head(const struct exchange *x)
{
    if (x->status < 200 || x->status > 599 || (x->status != 304 && !x->content_type) ||
        x->header_count > HEADERS_MOST)
        abort();
    for (size_t i = 0; i < x->header_count; i++)
        if (!*x->headers[i].name || !x->headers[i].value)
            abort();
}

static void check_json(const struct exchange *x)
{
    json_t *json;

    if (x->status == 304 || strncmp(x->content_type, "application/json", 16) != 0)
        return;
    json = json_loadb(x->body.bytes ? x->body.bytes : "", x->body.len,
                      JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (!json)
        abort();
    json_decref(json);
}

static void begin(struct exchange *x, bool token)
{
    exchange_init(x, &sim, asked.method, asked.path);
    x->now_ms = NOW;
    x->asked = value_of;
    (void)strcpy(sim.token, token ? "t" : "");
}

static void refuse(void)
{
    struct exchange x;

    begin(&x, true);
    if (!faces_let_in(&x)) {
        faces_refuse(&x);
        check_head(&x);
        check_json(&x);
        if (x.status == 200)
            abort();
    }
    exchange_done(&x);
}

static void spoil(struct exchange *x)
{
    const char *text = exchange_parameter(x, "fault");
    struct dx_error err = { 0 };
    struct fault fault;

    if (!text)
        return;
    if (!fault_parse(&fault, text, &err)) {
        if (!*err.text)
            abort();
        return;
    }
    if (fault.kind == FAULT_BIG && fault.number > BLANKS_MOST)
        fault.number = BLANKS_MOST;
    fault_spoil(x, &fault);
    check_head(x);
}

static void answer(void)
{
    struct exchange x;

    begin(&x, false);
    if (strncmp("application/json", exchange_asked(&x, "Content-Type"), 16) == 0)
        x.content = asked.content;
    else
        exchange_add_parameters(&x, (char *)(uintptr_t)asked.content);
    if (asked.query)
        exchange_add_parameters(&x, asked.query);
    faces_answer(&x);
    check_head(&x);
    check_json(&x);
    if (x.steady && x.status == 200)
        (void)exchange_spare(&x, false);
    spoil(&x);
    exchange_done(&x);
}

/* That tickets were made and changed is not to be seen by the next one, nor what was used up. */
static void begin_sim(void)
{
    static bool changed = true;

    if (changed) {
        company_free(sim.company);
        sim = (struct sim){ .public_url = "https://sim.example",
                            .options = { 6, NOW, 2 * DAY_MS },
                            .world.seed = 1 };
    }
    memset(&sim.tstu, 0, sizeof(sim.tstu));
    memset(&sim.burst, 0, sizeof(sim.burst));
    memset(&sim.bucket, 0, sizeof(sim.bucket));
    memset(&sim.hourly, 0, sizeof(sim.hourly));
    changed = strncmp(asked.path, "/sim/", 5) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MOST)
        return 0;
    read_request(data, size);
    begin_sim();
    refuse();
    answer();
    return 0;
}
