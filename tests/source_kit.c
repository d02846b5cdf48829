/* source_kit: recorded replies, and cursors in memory. */
#include "config.h"

#include "source_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIXTURE_MAX = 1 << 20 };

char *kit_fixture(const char *name, size_t *len)
{
    char path[512], *text = calloc(1, FIXTURE_MAX);
    FILE *file;

    snprintf(path, sizeof(path), "%s/tests/fixtures/%s", getenv("DX_SRC"), name);
    file = fopen(path, "r");
    cr_assert(file && text, "%s", path);
    *len = fread(text, 1, FIXTURE_MAX - 1, file);
    fclose(file);
    return text;
}

static int64_t get(void *self, const char *name)
{
    const struct kit *kit = self;

    for (size_t i = 0; i < KIT_CURSORS; i++)
        if (strcmp(kit->known[i].name, name) == 0)
            return kit->known[i].value;
    return 0;
}

void kit_poll(struct kit *kit, int64_t now_ms)
{
    kit_done(kit);
    kit->err = (struct dx_error){ 0 };
    kit->cursors = (struct cursors){ .get = get, .self = kit };
    kit->plan = (struct plan){
        .now_ms = now_ms, .every_ms = 15000, .history_ms = 3600000, .cursors = &kit->cursors
    };
}

void kit_commit(struct kit *kit)
{
    for (size_t i = 0; i < kit->batch.cursor_count; i++) {
        const struct cursor *c = &kit->batch.cursors[i];
        size_t at = 0;

        while (*kit->known[at].name && strcmp(kit->known[at].name, c->name) != 0)
            cr_assert(++at < KIT_CURSORS);
        snprintf(kit->known[at].name, sizeof(kit->known[at].name), "%s", c->name);
        kit->known[at].value = c->value;
    }
    batch_done(&kit->batch);
}

void kit_done(struct kit *kit)
{
    batch_done(&kit->batch);
    plan_done(&kit->plan);
}

static void complete(struct kit *kit, struct reply *reply)
{
    reply->now_ms = kit->plan.now_ms;
    reply->content_type = reply->content_type ? reply->content_type : "application/json";
    reply->detail_text = reply->detail_text ? reply->detail_text : "";
    reply->next = reply->next ? reply->next : "";
}

bool kit_decode(struct kit *kit, const struct source *source, const void *config,
                struct reply reply)
{
    complete(kit, &reply);
    reply.len = reply.len > 0 ? reply.len : strlen(reply.body);
    return source_decode(source, config, &reply, &kit->plan, &kit->batch, &kit->err);
}

bool kit_decode_file(struct kit *kit, const struct source *source, const void *config,
                     struct reply reply, const char *name)
{
    char *body = kit_fixture(name, &reply.len);
    bool ok;

    reply.body = body;
    ok = kit_decode(kit, source, config, reply);
    free(body);
    return ok;
}

void kit_refuse(struct kit *kit, const struct source *source, const void *config,
                struct reply reply, const char *name)
{
    char *body = kit_fixture(name, &reply.len);
    enum dx_fault fault = reply.status >= 500   ? DX_FAULT_NETWORK
                          : reply.status == 401 ? DX_FAULT_AUTH
                                                : DX_FAULT_REPLY;

    complete(kit, &reply);
    reply.body = body;
    dx_fail(&kit->err, fault, "answered %d", reply.status); /* net's own words */
    kit->err.retry_after_s = 7;
    source_refused(source, config, &reply, &kit->err);
    free(body);
}
