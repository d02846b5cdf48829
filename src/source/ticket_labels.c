/* ticket_labels: what labels say of a ticket. */
#include "config.h"

#include "source/ticket_labels.h"

#include "core/buf.h"
#include "core/text.h"
#include "source/field.h"
#include "source/pattern.h"
#include "source/ticket_words.h"

enum { LABELS_MOST = 1900 };

bool ticket_labels_check(const struct ticket_labels *config, struct dx_error *err)
{
    return ticket_check_priority(&config->priority, "issue_priority", err);
}

static const char *name_of(struct batch *batch, const json_t *label)
{
    return json_is_object(label) ? field_text(batch, label, "name") : value_text(batch, label);
}

bool ticket_labels_wanted(const struct ticket_labels *config, const json_t *labels)
{
    bool wanted = config->only.count == 0;
    struct batch scratch = { 0 };
    const json_t *label;
    size_t i;

    json_array_foreach (labels, i, label)
        wanted = wanted || pattern_fits(&config->only, name_of(&scratch, label), PATTERN_ANY_CASE);
    batch_done(&scratch);
    return wanted;
}

int64_t ticket_labels_mark(const struct ticket_labels *config, const struct dx_items *include,
                           const struct dx_items *exclude)
{
    const struct dx_items *const lists[] = { &config->only, include, exclude };
    uint64_t mark = text_hash("");

    for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
        const char *const *pattern = lists[k]->item;

        for (size_t i = 0; i < lists[k]->count; i++)
            mark = text_hash_on(text_hash_on(mark, pattern[i]), "\xFF"); /* in no UTF-8 */
        mark = text_hash_on(mark, "\xFE");
    }
    return (int64_t)(mark >> 12 | 1);
}

/* The first one counts; of priorities, the most urgent. */
static void take_label(const struct ticket_labels *config, struct ticket *t, const char *name)
{
    int priority = ticket_label_priority(&config->priority, name);
    bool category = config->category.count > 0
                        ? pattern_fits(&config->category, name, PATTERN_ANY_CASE)
                        : priority == 0;

    if (category && !*t->category)
        t->category = name;
    if (priority > 0 && (t->priority == 0 || priority < t->priority)) {
        t->priority = priority;
        t->raw_priority = name;
    }
}

void ticket_labels_put(const struct ticket_labels *config, struct batch *batch, struct ticket *t,
                       const json_t *labels)
{
    const json_t *label;
    struct buf all;
    size_t i;

    buf_init(&all, LABELS_MOST);
    json_array_foreach (labels, i, label) {
        const char *name = name_of(batch, label);

        if (!*name)
            continue;
        take_label(config, t, name);
        (void)buf_print(&all, "%s%s", all.len > 0 ? ", " : "", name);
    }
    t->labels = batch_text(batch, all.bytes ? all.bytes : "", all.len);
    buf_done(&all);
}
