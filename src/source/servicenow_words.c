/* servicenow: cells of a row, and what its states mean. */
#include "config.h"

#include "source/servicenow.h"

#include <string.h>
#include <strings.h>

#include "source/field.h"

/* ---- cells ---- */

/* A plain text where the server was not asked for labels, or leaves them out. */
static const json_t *part_of(const json_t *row, const char *name, const char *part)
{
    const json_t *cell = json_object_get(row, name);

    return json_is_object(cell) ? json_object_get(cell, part) : cell;
}

const char *snow_value(struct batch *batch, const json_t *row, const char *name)
{
    return value_text(batch, part_of(row, name, "value"));
}

const char *snow_label(struct batch *batch, const json_t *row, const char *name)
{
    const char *label = value_text(batch, part_of(row, name, "display_value"));

    return *label ? label : snow_value(batch, row, name);
}

bool snow_is(const json_t *row, const char *name, const char *value)
{
    return value_is(part_of(row, name, "value"), value);
}

int64_t snow_time(const json_t *row, const char *name)
{
    return value_time_utc(part_of(row, name, "value"));
}

int64_t snow_span(const json_t *row, const char *name)
{
    /* The beginning of 1970 itself reads as no time at all. */
    if (snow_is(row, name, "1970-01-01 00:00:00"))
        return 0;
    return snow_time(row, name) > 0 ? snow_time(row, name) : -1;
}

/* ---- states ---- */

enum meaning { MEANS_NEW, MEANS_WORK, MEANS_HOLD, MEANS_DONE, MEANINGS };

static const char *const words[MEANINGS] = { "new", "in_progress", "on_hold", "done" };

/* As they come with an instance; of tables that are not named here, as the table task has
 * them, on which all are built. */
static const struct {
    const char *table, *value;
    enum meaning meaning;
} states[] = {
    { "incident", "1", MEANS_NEW },
    { "incident", "2", MEANS_WORK },
    { "incident", "3", MEANS_HOLD },
    { "incident", "6", MEANS_DONE },
    { "incident", "7", MEANS_DONE },
    { "incident", "8", MEANS_DONE },
    { "problem", "101", MEANS_NEW },
    { "problem", "102", MEANS_WORK },
    { "problem", "103", MEANS_WORK },
    { "problem", "104", MEANS_WORK },
    { "problem", "106", MEANS_DONE },
    { "problem", "107", MEANS_DONE },
    { "change_request", "-5", MEANS_NEW },
    { "change_request", "-4", MEANS_WORK },
    { "change_request", "-3", MEANS_WORK },
    { "change_request", "-2", MEANS_WORK },
    { "change_request", "-1", MEANS_WORK },
    { "change_request", "0", MEANS_WORK },
    { "change_request", "3", MEANS_DONE },
    { "change_request", "4", MEANS_DONE },
    { "", "-5", MEANS_HOLD },
    { "", "1", MEANS_NEW },
    { "", "2", MEANS_WORK },
    { "", "3", MEANS_DONE },
    { "", "4", MEANS_DONE },
    { "", "7", MEANS_DONE },
};

static struct snow_state as_state(enum meaning meaning)
{
    static const struct snow_state as[MEANINGS] = {
        [MEANS_NEW] = { DX_TICKET_NEW, false, true },
        [MEANS_WORK] = { DX_TICKET_IN_PROGRESS, false, true },
        [MEANS_HOLD] = { DX_TICKET_IN_PROGRESS, true, true },
        [MEANS_DONE] = { DX_TICKET_DONE, false, true },
    };

    return as[meaning];
}

static enum meaning meaning_of(const char *word)
{
    enum meaning m = MEANS_NEW;

    while (m < MEANINGS && strcmp(words[m], word) != 0)
        m++;
    return m;
}

bool snow_check_states(const struct servicenow *config, struct dx_error *err)
{
    const struct dx_pair *own = config->states.item;

    for (size_t i = 0; i < config->states.count; i++)
        if (meaning_of(own[i].value) == MEANINGS)
            return dx_fail(
                err, DX_FAULT_CONFIG,
                "`states`: \"%.60s\" is new, in_progress, on_hold or done, not \"%.30s\"",
                own[i].name, own[i].value);
    return true;
}

/* "incident.3", "3", "On Hold". */
static bool is_named(const char *name, const char *table, const char *value, const char *label)
{
    size_t len = strlen(table);

    if (strncmp(name, table, len) == 0 && name[len] == '.' && strcmp(name + len + 1, value) == 0)
        return true;
    return strcmp(name, value) == 0 || (*label && strcasecmp(name, label) == 0);
}

static bool has_states(const char *table)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].table, table) == 0)
            return true;
    return false;
}

struct snow_state snow_state(const struct servicenow *config, const char *table, const char *value,
                             const char *label)
{
    const struct dx_pair *own = config->states.item;
    const char *of = has_states(table) ? table : "";

    for (size_t i = 0; i < config->states.count; i++)
        if (is_named(own[i].name, table, value, label) && meaning_of(own[i].value) < MEANINGS)
            return as_state(meaning_of(own[i].value));
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].table, of) == 0 && strcmp(states[i].value, value) == 0)
            return as_state(states[i].meaning);
    return (struct snow_state){ DX_TICKET_UNKNOWN, false, false };
}
