/* memory: what a source may ask of the store. */
#include "config.h"

#include "collect/memory.h"

#include <stdlib.h>

static int64_t get_cursor(void *self, const char *name)
{
    struct memory *m = self;

    store_look(m->store);
    return store_cursor(m->store, m->source, name);
}

static const char *cursor_after(void *self, const char *name)
{
    struct memory *m = self;

    store_look(m->store);
    return store_cursor_after(m->store, m->source, name, m->cursor, sizeof(m->cursor));
}

static enum known_run as_known(enum stored_run stored)
{
    switch (stored) {
    case STORED_NOT:
        return KNOWN_NOT;
    case STORED_OPEN:
        return KNOWN_OPEN;
    case STORED_MOVED:
        return KNOWN_MOVED;
    case STORED_DONE:
        return KNOWN_DONE;
    }
    return KNOWN_NOT;
}

static enum known_run known_run(void *self, const char *project, const char *id, int64_t attempt,
                                int64_t updated_ms)
{
    struct memory *m = self;

    store_look(m->store);
    return as_known(store_run(
        m->store,
        &(struct run_key){ .source = m->source, .project = project, .id = id, .attempt = attempt },
        updated_ms, m->now_ms));
}

static struct open_of open_of(const struct memory *m, const char *project)
{
    return (struct open_of){
        .source = m->source, .now_ms = m->now_ms, .history_ms = m->history_ms, .project = project
    };
}

static size_t open_runs(void *self, const char *project, struct open_run *out, size_t cap)
{
    struct memory *m = self;
    struct stored_open *found = mem_new(cap, sizeof(*found));
    struct open_of of;
    size_t n;

    arena_free(&m->texts);
    of = open_of(m, project);
    n = store_open_runs(m->store, &of, found, cap, &m->texts);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct open_run){ .project = found[i].project,
                                    .id = found[i].id,
                                    .attempt = found[i].attempt,
                                    .seen_ms = found[i].seen_ms,
                                    .done = found[i].done };
    free(found);
    return n;
}

static int64_t owed_runs(void *self)
{
    const struct memory *m = self;
    struct open_of of = open_of(m, "");

    return store_owed_runs(m->store, &of);
}

static enum known_run known_ticket(void *self, const char *key, int64_t updated_ms)
{
    struct memory *m = self;

    store_look(m->store);
    return as_known(store_ticket(m->store, m->source, key, updated_ms));
}

static size_t tickets(void *self, unsigned lacks, struct known_ticket *out, size_t cap)
{
    struct memory *m = self;
    struct stored_ticket *found = mem_new(cap, sizeof(*found));
    size_t n;

    arena_free(&m->texts);
    n = store_tickets(m->store, &(struct tickets_of){ .source = m->source, .lacks = lacks }, found,
                      cap, &m->texts);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct known_ticket){ .project = found[i].project,
                                        .key = found[i].key,
                                        .id = found[i].id,
                                        .parts = found[i].parts,
                                        .done = found[i].done,
                                        .created_ms = found[i].created_ms,
                                        .updated_ms = found[i].updated_ms,
                                        .seen_ms = found[i].seen_ms };
    free(found);
    return n;
}

static enum known_change known_change(void *self, const char *project, const char *id)
{
    struct memory *m = self;

    store_look(m->store);
    switch (store_known_change(m->store, m->source, project, id)) {
    case STORED_CHANGE_NOT:
        break;
    case STORED_CHANGE_LACKS:
        return KNOWN_CHANGE_LACKS;
    case STORED_CHANGE_REVIEWED:
        return KNOWN_CHANGE_REVIEWED;
    }
    return KNOWN_CHANGE_NOT;
}

static size_t lacking_changes(void *self, struct lacking *out, size_t cap)
{
    struct memory *m = self;
    struct lacking_change *found = mem_new(cap, sizeof(*found));
    size_t n;

    arena_free(&m->texts);
    n = store_lacking_changes(m->store, m->source, found, cap, &m->texts);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct lacking){ found[i].project, found[i].id, found[i].author };
    free(found);
    return n;
}

void memory_init(struct memory *m, int64_t source)
{
    *m = (struct memory){ .source = source };
    m->cursors = (struct cursors){ .get = get_cursor, .after = cursor_after, .self = m };
    m->known = (struct known){ .run = known_run,
                               .open = open_runs,
                               .owed = owed_runs,
                               .ticket = known_ticket,
                               .tickets = tickets,
                               .change = known_change,
                               .changes = lacking_changes,
                               .self = m };
}

void memory_begin(struct memory *m, struct store *store, int64_t now_ms)
{
    m->store = store;
    m->now_ms = now_ms;
}

void memory_rest(struct memory *m)
{
    store_look_end(m->store);
}

void memory_done(struct memory *m)
{
    arena_free(&m->texts);
}
