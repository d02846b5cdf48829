/* derive_refs: which pools, pipelines, projects and flaky jobs a ticket's texts name.
 * A ticket is looked through when it changed, and when something new has a name that
 * may be in it. */
#include "config.h"

#include "derive/derive.h"

#include <stdlib.h>

#include "core/mem.h"
#include "insight/mention.h"

/* From so many new names on, all open tickets are looked through: that is less. */
enum { REFS_FIRST = 16, TEXT_MOST = 8192, SEARCHES_MOST = 32 };

static struct mention_name name_of(const struct stored_name *name)
{
    return (struct mention_name){ .what = { .kind = name->kind, .id = name->id, .nth = name->nth },
                                  .project = name->project,
                                  .name = name->name,
                                  .pipeline = name->pipeline };
}

bool refs_look_for_new(struct mentions **names, struct store *store, struct dx_error *err)
{
    struct stored_name *list = NULL;
    char expression[MENTION_SEARCH];
    size_t count = 0;
    bool gone, ok = store_new_names(store, &list, &count, &gone, err);

    if (count > 0 || gone) { /* what is called so may be called so no longer alone */
        mentions_free(*names);
        *names = NULL;
    }
    if (count > SEARCHES_MOST)
        ok = ok && store_put_dirty_tickets(store, NULL, err);
    for (size_t i = 0; ok && i < count && count <= SEARCHES_MOST; i++) {
        struct mention_name name = name_of(&list[i]);

        if (*mention_search(expression, &name))
            ok = store_put_dirty_tickets(store, expression, err);
    }
    free(list);
    return ok;
}

static bool read_names(struct mentions **names, struct store *store, struct dx_error *err)
{
    struct stored_name *list = NULL;
    size_t count = 0;

    if (!store_names(store, &list, &count, err))
        return false;
    *names = mentions_new();
    for (size_t i = 0; i < count; i++) {
        struct mention_name name = name_of(&list[i]);

        mentions_add(*names, &name);
    }
    free(list);
    return true;
}

/* All that it names, to be freed: how many a text of this length has room for bounds them. */
static struct mention *find_all(const struct mentions *names, const char *text, size_t *count)
{
    size_t cap = REFS_FIRST;
    struct mention *found = mem_new(cap, sizeof(*found));

    while ((*count = mentions_find(names, text, found, cap)) == cap) {
        cap *= 2;
        found = mem_grow(found, cap, sizeof(*found));
    }
    return found;
}

bool derive_refs(struct mentions **names, struct store *store, int64_t ticket, struct dx_error *err)
{
    struct mention *found;
    struct ticket_ref *refs;
    char text[TEXT_MOST];
    size_t count;
    bool there, ok;

    if (!store_ticket_text(store, ticket, text, sizeof(text), &there, err))
        return false;
    if (!there)
        return true;
    if (!*names && !read_names(names, store, err))
        return false;
    found = find_all(*names, text, &count);
    refs = mem_new(count + 1, sizeof(*refs));
    for (size_t i = 0; i < count; i++)
        refs[i] = (struct ticket_ref){ found[i].kind, found[i].id, found[i].nth };
    ok = store_put_refs(store, ticket, refs, count, err);
    free(found);
    free(refs);
    return ok;
}
