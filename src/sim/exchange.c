/* exchange: a request to the simulated platform, and the answer to it. */
#include "config.h"

#include "sim/exchange.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"

static const struct face *const faces[] = {
    &face_prometheus, &face_alertmanager, &face_control, &face_github,
    &face_gitlab,     &face_gitlab_root,  &face_jenkins, &face_azure,
    &face_truth,      &face_jira,         &face_jiradc,  &face_servicenow,
};
enum { FACES = sizeof(faces) / sizeof(faces[0]) };

void exchange_init(struct exchange *x, struct sim *sim, const char *method, const char *path)
{
    *x = (struct exchange){ .sim = sim, .method = method, .path = path, .status = 404 };
    buf_init(&x->body, BODY_MOST);
}

void exchange_done(struct exchange *x)
{
    buf_done(&x->body);
    arena_free(&x->arena);
    free(x->parameters);
    *x = (struct exchange){ 0 };
}

/* ---- parameters ---- */

static int hex_of(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static void url_decode(char *text)
{
    char *out = text;

    for (const char *in = text; *in; in++) {
        int high = *in == '%' ? hex_of(in[1]) : -1, low = high >= 0 ? hex_of(in[2]) : -1;

        if (low >= 0) {
            *out++ = (char)(high * 16 + low);
            in += 2;
        } else if (*in == '+') {
            *out++ = ' ';
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
}

void exchange_add_parameter(struct exchange *x, const char *name, const char *value)
{
    x->parameters = mem_grow(x->parameters, x->parameter_count + 1, sizeof(*x->parameters));
    x->parameters[x->parameter_count++] = (struct parameter){ name, value };
}

void exchange_add_parameters(struct exchange *x, char *text)
{
    for (char *part = strsep(&text, "&"); part; part = strsep(&text, "&")) {
        char *value = strchr(part, '=');

        if (!*part)
            continue;
        if (value)
            *value++ = '\0';
        url_decode(part);
        if (value)
            url_decode(value);
        exchange_add_parameter(x, part, value ? value : "");
    }
}

/* A text as it is, and everything else as JSON has it. */
static const char *plain(struct exchange *x, const json_t *value)
{
    char *text;
    const char *copy;

    if (json_is_string(value))
        return arena_text(&x->arena, json_string_value(value));
    text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    copy = arena_text(&x->arena, text ? text : "");
    free(text);
    return copy;
}

bool exchange_add_content(struct exchange *x)
{
    json_t *json = x->content ? json_loads(x->content, 0, NULL) : NULL, *value, *part;
    const char *name;
    size_t i;

    if (!json_is_object(json)) {
        json_decref(json);
        return false;
    }
    json_object_foreach (json, name, value) {
        const char *text = "";

        json_array_foreach (value, i, part)
            text = arena_print(&x->arena, "%s%s%s", text, i ? "," : "", plain(x, part));
        if (!json_is_array(value))
            text = plain(x, value);
        exchange_add_parameter(x, arena_text(&x->arena, name), text);
    }
    json_decref(json);
    return true;
}

const char *exchange_nth(const struct exchange *x, const char *name, size_t nth)
{
    for (size_t i = 0; i < x->parameter_count; i++)
        if (strcmp(x->parameters[i].name, name) == 0 && nth-- == 0)
            return x->parameters[i].value;
    return NULL;
}

const char *exchange_parameter(const struct exchange *x, const char *name)
{
    return exchange_nth(x, name, 0);
}

const char *exchange_asked(const struct exchange *x, const char *name)
{
    const char *value = x->asked ? x->asked(x->asked_self, name) : NULL;

    return value ? value : "";
}

/* ---- answers ---- */

void exchange_header(struct exchange *x, const char *name, const char *fmt, ...)
{
    struct header *header = &x->headers[x->header_count];
    va_list ap;
    char *value;
    int len;

    if (x->header_count == HEADERS_MOST)
        return;
    va_start(ap, fmt);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len < 0)
        return;
    value = arena_alloc(&x->arena, (size_t)len + 1);
    va_start(ap, fmt);
    (void)vsnprintf(value, (size_t)len + 1, fmt, ap);
    va_end(ap);
    header->name = name;
    header->value = value;
    x->header_count++;
}

void exchange_text(struct exchange *x, int status, const char *text)
{
    x->status = status;
    x->content_type = "text/plain; charset=utf-8";
    buf_clear(&x->body);
    (void)buf_text(&x->body, text);
}

void exchange_json(struct exchange *x, int status, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

    x->status = status;
    x->content_type = "application/json";
    buf_clear(&x->body);
    (void)buf_text(&x->body, text ? text : "null");
    free(text);
    json_decref(json);
}

bool exchange_spare(struct exchange *x, bool weak)
{
    const char *has = exchange_asked(x, "If-None-Match");
    uint64_t hash = 14695981039346656037u;
    char tag[32];

    for (size_t i = 0; i < x->body.len; i++)
        hash = (hash ^ (unsigned char)x->body.bytes[i]) * 1099511628211u;
    (void)snprintf(tag, sizeof(tag), "\"%016" PRIx64 "\"", hash);
    exchange_header(x, "ETag", "%s%s", weak ? "W/" : "", tag);
    if (!strstr(has, tag) && strcmp(has, "*") != 0)
        return false;
    x->status = 304;
    buf_clear(&x->body);
    return true;
}

/* ---- routes ---- */

static bool leads_to(const struct route *route, const char *path)
{
    size_t len = strlen(route->path);

    if (route->path[len - 1] == '/')
        return strncmp(path, route->path, len) == 0 && path[len];
    return strcmp(path, route->path) == 0;
}

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    if (len == 0)
        return false;
    for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return true;
    return false;
}

/* Among routes that end with a path NULL. NULL: none is for this path. *allowed:
 * whether the method may be used. */
static const struct route *find_route(const struct route *routes, const struct exchange *x,
                                      bool *allowed)
{
    for (; routes->path; routes++) {
        if (!leads_to(routes, x->path))
            continue;
        *allowed = has_word(routes->methods, x->method);
        return routes;
    }
    return NULL;
}

void faces_answer(struct exchange *x)
{
    for (size_t i = 0; i < FACES; i++) {
        const struct face *face = faces[i];
        const struct route *route;
        bool allowed = false;

        route = find_route(face->routes, x, &allowed);
        if (route && allowed) {
            route->answer(x);
            return;
        }
        if (route) {
            face->no_method(x, route->methods);
            return;
        }
        if (face->prefix && strncmp(x->path, face->prefix, strlen(face->prefix)) == 0) {
            face->no_path(x);
            return;
        }
    }
    exchange_header(x, "X-Content-Type-Options", "nosniff");
    exchange_text(x, 404, "404 page not found\n");
}

static bool begins(const char *path, const char *prefix)
{
    return prefix && strncmp(path, prefix, strlen(prefix)) == 0;
}

bool faces_open(const struct exchange *x)
{
    for (size_t i = 0; i < FACES; i++)
        if (begins(x->path, faces[i]->open))
            return true;
    return false;
}

/* The password of "Basic ...", which is the token there; user: anything. */
static bool is_basic(const char *said, const char *token)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char plain[256];
    const char *colon;
    unsigned bits = 0;
    size_t n = 0;
    int have = 0;

    for (const char *digit; *said && *said != '=' && n + 1 < sizeof(plain); said++) {
        digit = strchr(digits, *said);
        if (!digit)
            return false;
        bits = bits << 6 | (unsigned)(digit - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            plain[n++] = (char)(bits >> have & 0xFF);
        }
    }
    plain[n] = '\0';
    colon = strchr(plain, ':');
    return colon && strcmp(colon + 1, token) == 0;
}

bool faces_let_in(const struct exchange *x)
{
    const char *token = x->sim->token, *said = exchange_asked(x, "Authorization");

    if (!*token || faces_open(x) || strcmp(exchange_asked(x, "PRIVATE-TOKEN"), token) == 0)
        return true;
    if (strncmp(said, "Basic ", 6) == 0)
        return is_basic(said + 6, token);
    return (strncmp(said, "Bearer ", 7) == 0 && strcmp(said + 7, token) == 0) ||
           (strncmp(said, "token ", 6) == 0 && strcmp(said + 6, token) == 0);
}

void faces_refuse(struct exchange *x)
{
    for (size_t i = 0; i < FACES; i++)
        if (faces[i]->refuse && begins(x->path, faces[i]->prefix)) {
            faces[i]->refuse(x);
            return;
        }
    exchange_header(x, "WWW-Authenticate", "Bearer");
    exchange_text(x, 401, "Unauthorized\n");
}
