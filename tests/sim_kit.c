/* sim_kit: requests to the faces, and the truth. */
#include "config.h"

#include "sim_kit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "sim/noise.h"

#define HISTORY (6 * DAY_MS)
#define HOST    "127.0.0.1:8080"
#define ORIGIN  "http://" HOST

struct sim sim;
struct exchange got;
int64_t now;
const int64_t T = 1795530727000;
const char *sim_tag = "";

static char path_text[4000], query_text[4000];

void sim_start(uint64_t seed)
{
    sim = (struct sim){ .public_url = "https://sim.example" };
    sim.world.seed = seed;
    sim.clock = (struct clock){ 0 };
    sim.options = (struct company_options){ 30, T, HISTORY };
    sim_tag = "";
    now = T;
}

void sim_stop(void)
{
    exchange_done(&got);
    got = (struct exchange){ 0 };
    company_free(sim.company);
    sim.company = NULL;
}

static void decode(char *text)
{
    char *out = text;

    for (; *text; text++) {
        unsigned code;

        if (*text == '%' && sscanf(text + 1, "%2x", &code) == 1) {
            *out++ = (char)code;
            text += 2;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

const char *sim_escape(const char *text)
{
    static char out[3000];
    size_t len = 0;

    for (; *text && len + 4 < sizeof(out); text++)
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%%%02X", (unsigned char)*text);
    out[len] = '\0';
    return out;
}

const char *sim_header(const char *name)
{
    for (size_t i = 0; i < got.header_count; i++)
        if (strcasecmp(got.headers[i].name, name) == 0)
            return got.headers[i].value;
    return "";
}

static const char *asked(const void *self, const char *name)
{
    (void)self;
    if (strcmp(name, "Host") == 0)
        return HOST;
    if (strcmp(name, "User-Agent") == 0) /* GitHub lets nobody in who does not say this */
        return "test";
    return strcmp(name, "If-None-Match") == 0 && *sim_tag ? sim_tag : NULL;
}

static void ask(const char *method, const char *url, const char *content)
{
    char *query;

    if (strncmp(url, ORIGIN, strlen(ORIGIN)) == 0)
        url += strlen(ORIGIN);
    cr_assert_lt(strlen(url), sizeof(path_text));
    strcpy(path_text, url);
    exchange_done(&got);
    query = strchr(path_text, '?');
    strcpy(query_text, query ? query + 1 : "");
    if (query)
        *query = '\0';
    decode(path_text);
    exchange_init(&got, &sim, method, path_text);
    got.now_ms = now;
    got.content = content;
    exchange_add_parameters(&got, query_text);
    got.asked = asked;
    faces_answer(&got);
}

void sim_get(const char *url)
{
    ask("GET", url, NULL);
}

void sim_post(const char *url, const char *content)
{
    ask("POST", url, content);
}

json_t *sim_body(void)
{
    json_t *json = json_loadb(got.body.bytes, got.body.len, 0, NULL);

    cr_assert_eq(got.status, 200, "%s: %d", path_text, got.status);
    cr_assert(json, "%s", path_text);
    return json;
}

json_t *sim_json(const char *url)
{
    sim_get(url);
    return sim_body();
}

const char *sim_next_page(void)
{
    static char url[512];
    const char *end = strstr(sim_header("Link"), ">; rel=\"next\""), *begin = end;

    url[0] = '\0';
    while (begin && *begin != '<')
        begin--;
    if (begin)
        (void)snprintf(url, sizeof(url), "%.*s", (int)(end - begin - 1), begin + 1);
    return url;
}

const char *text_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text ? text : "";
}

int64_t int_of(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

const char *next_line(const char *text)
{
    while (*text && *text != '\n')
        text++;
    return *text ? text + 1 : NULL;
}

json_t *sim_next_of(const char **line, const char *system)
{
    while (*line && **line) {
        json_t *json = json_loads(*line, JSON_DISABLE_EOF_CHECK, NULL);

        *line = next_line(*line);
        if (strcmp(text_of(json, "system"), system) == 0)
            return json;
        json_decref(json);
    }
    return NULL;
}

json_t *sim_next_truth(const char **line)
{
    return sim_next_of(line, "jenkins");
}

char *sim_truth(const char *kind)
{
    char url[64];

    snprintf(url, sizeof(url), "/truth?kind=%s", kind);
    sim_get(url);
    return strdup(got.body.bytes);
}
