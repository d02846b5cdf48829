/* jenkins: the remote API of a Jenkins, as far as it concerns builds. */
#include "config.h"

#include "sim/jenkins.h"

#include <string.h>

#define BASE "/jenkins"

static void put_version(struct exchange *x)
{
    exchange_header(x, "X-Jenkins", "2.516.3");
    exchange_header(x, "X-Content-Type-Options", "nosniff");
}

static void put_page(struct exchange *x, int status, const char *text)
{
    exchange_text(x, status, text);
    x->content_type = "text/html;charset=utf-8";
}

void jenkins_not_found(struct exchange *x)
{
    put_page(x, 404,
             "<html><head><title>Not Found - Jenkins</title></head><body><h1>Not Found</h1>"
             "</body></html>\n");
}

void jenkins_put(struct jenkins_call *call, json_t *json)
{
    exchange_json(call->x, 200, tree_keep(json, call->tree));
}

static void answer(struct exchange *x)
{
    struct jenkins_call call = { .x = x,
                                 .company = sim_company(x->sim, x->now_ms),
                                 .web = arena_print(&x->arena, "%s" BASE, x->sim->public_url) };
    const char *path = x->path + strlen(BASE), *tree = exchange_parameter(x, "tree");

    put_version(x);
    if (tree) {
        call.tree = tree_parse(&x->arena, tree);
        if (!call.tree) {
            put_page(x, 400, "<html><head><title>Error 400 Bad Request</title></head></html>\n");
            return;
        }
    }
    if (strcmp(path, "/api/json") == 0)
        jenkins_root(&call);
    else if (strcmp(path, "/queue/api/json") == 0)
        jenkins_queue(&call);
    else if (strcmp(path, "/computer/api/json") == 0)
        jenkins_computers(&call);
    else if (strncmp(path, "/job/", 5) == 0)
        jenkins_item(&call, path);
    else
        jenkins_not_found(x);
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    put_page(x, 405, "<html><head><title>Error 405 Method Not Allowed</title></head></html>\n");
}

/* A wrong token is 401; who says none is anonymous, and may not read. */
static void refuse(struct exchange *x)
{
    put_version(x);
    if (*exchange_asked(x, "Authorization")) {
        put_page(x, 401, "<html><head><title>Error 401 Unauthorized</title></head></html>\n");
        exchange_header(x, "WWW-Authenticate", "Basic realm=\"Jenkins\"");
        return;
    }
    put_page(x, 403,
             "<html><head><meta http-equiv='refresh' content='1;url=/jenkins/login?from=%2F'/>"
             "</head><body style='background-color:white; color:white;'>\n"
             "Authentication required\n</body></html>\n");
    exchange_header(x, "X-You-Are-Authenticated-As", "anonymous");
}

static const struct route routes[] = { { BASE "/", "GET", answer }, { 0 } };

const struct face face_jenkins = {
    .name = "jenkins",
    .routes = routes,
    .prefix = BASE "/",
    .no_path = jenkins_not_found,
    .no_method = no_method,
    .refuse = refuse,
};
