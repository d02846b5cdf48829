/* found: what the panels of a page find wrong, for the lines of --plain. */
#include "config.h"

#include "app/found.h"

#include <stdio.h>
#include <string.h>

enum { KEY_MOST = 120 };

/* Alerts are told of by themselves; what is switched off may have found what is over. */
static bool is_judge(const struct instance *in)
{
    return in->panel->reads != 1u << DX_KIND_ALERT && !in->off;
}

/* That it fails is told of, too. */
static bool see_failure(struct watch *watch, const struct instance *in, size_t slot)
{
    char key[40], line[400];

    if (in->error.fault == DX_FAULT_NONE)
        return false;
    (void)snprintf(key, sizeof(key), "panel %zu", slot);
    (void)snprintf(line, sizeof(line), "panel %s: %s", in->title, in->error.text);
    watch_see(watch, key, WATCH_WARNING, line);
    return true;
}

/* How much it found that is not listed. */
static void see_more(struct watch *watch, const struct instance *in, size_t slot)
{
    char key[40], line[400];

    if (in->finding_count == in->found_count)
        return;
    (void)snprintf(key, sizeof(key), "more of %zu", slot);
    (void)snprintf(line, sizeof(line), "%s found more than is listed: %zu, of which %zu are",
                   in->title, in->found_count, in->finding_count);
    watch_see(watch, key, WATCH_WARNING, line);
}

/* A panel before it says so, too. */
static bool is_said(const struct page *page, size_t slot, const struct finding *finding)
{
    for (size_t i = 0; i < slot; i++) {
        const struct instance *in = &page->slots[i].instance;

        for (size_t f = 0; f < in->finding_count && is_judge(in); f++)
            if (strcmp(in->findings[f].subject, finding->subject) == 0 &&
                strcmp(in->findings[f].sentence, finding->sentence) == 0)
                return true;
    }
    return false;
}

static void key_of(char *out, size_t cap, size_t slot, const char *subject)
{
    (void)snprintf(out, cap, "%zu %s", slot, subject);
}

static void see_one(const struct page *page, struct watch *found, size_t slot,
                    const struct finding *finding)
{
    char key[KEY_MOST], line[400];

    if (is_said(page, slot, finding))
        return;
    key_of(key, sizeof(key), slot, finding->subject);
    (void)snprintf(line, sizeof(line), "%s: %s", finding->subject, finding->sentence);
    watch_see(found, key, finding->role == DX_ROLE_BAD ? WATCH_BAD : WATCH_WARNING, line);
}

bool found_see(const struct page *page, struct watch *watch, struct watch *found)
{
    bool whole = true;

    for (size_t i = 0; i < page->slot_count; i++) {
        const struct instance *in = &page->slots[i].instance;

        if (in->panel->reads == 1u << DX_KIND_ALERT)
            continue;
        whole = !see_failure(watch, in, i) && whole && in->finding_count == in->found_count;
        if (!is_judge(in))
            continue;
        see_more(watch, in, i);
        for (size_t f = 0; f < in->finding_count; f++)
            see_one(page, found, i, &in->findings[f]);
    }
    return whole;
}

void found_keep(const struct page *page, struct watch *found, const char *subject)
{
    char key[KEY_MOST];

    for (size_t i = 0; i < page->slot_count; i++) {
        key_of(key, sizeof(key), i, subject);
        watch_keep(found, key);
    }
}
