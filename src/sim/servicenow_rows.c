/* servicenow_rows: the tables, and the cells of their rows. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/hours.h"
#include "sim/noise.h"
#include "sim/servicenow.h"

enum { PEOPLE = 16, HIDDEN_OF = 17, BY_HAND = 900000 };

struct snow_row *snow_add_row(const struct snow_call *call, struct snow_rows *rows)
{
    struct snow_row *more;

    if (rows->count == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 256;
        more = arena_alloc(&call->x->arena, rows->room * sizeof(*more));
        if (rows->count > 0)
            memcpy(more, rows->rows, rows->count * sizeof(*more));
        rows->rows = more;
    }
    return &rows->rows[rows->count++];
}

/* ---- cells ---- */

void snow_cell(struct snow_row *row, const char *name, const char *value, const char *display)
{
    if (row->count < CELLS_MOST)
        row->cells[row->count++] = (struct snow_cell){ name, value, display, NULL };
}

void snow_reference(struct snow_row *row, const char *name, const char *table, const char *id,
                    const char *display)
{
    snow_cell(row, name, id, display);
    row->cells[row->count - 1].table = table;
}

const struct snow_cell *snow_find(const struct snow_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->cells[i].name, name) == 0)
            return &row->cells[i];
    return NULL;
}

void snow_time(const struct snow_call *call, struct snow_row *row, const char *name, int64_t ms)
{
    time_t s = (time_t)(ms / 1000), local = (time_t)((ms + hours_offset_ms(ms)) / 1000);
    char utc[32] = "", shown[32] = "";
    struct tm tm;

    if (ms > 0) {
        (void)gmtime_r(&s, &tm);
        (void)strftime(utc, sizeof(utc), "%Y-%m-%d %H:%M:%S", &tm);
        (void)gmtime_r(&local, &tm);
        (void)strftime(shown, sizeof(shown), "%d.%m.%Y %H:%M:%S", &tm);
    }
    snow_cell(row, name, arena_text(&call->x->arena, utc), arena_text(&call->x->arena, shown));
}

const char *snow_id(const struct snow_call *call, const char *table, int64_t number)
{
    uint64_t key = 0;

    for (const char *at = table; *at; at++)
        key = key * 131 + (unsigned char)*at;
    return arena_print(&call->x->arena, "%016" PRIx64 "%016" PRIx64, noise_hash(key, 1, number),
                       noise_hash(key, 2, number));
}

const char *snow_print(const struct snow_call *call, int64_t number)
{
    return arena_print(&call->x->arena, "%" PRId64, number);
}

bool snow_is_hidden(const struct ticket *t)
{
    return t->number < BY_HAND && noise_hash(17, 1, t->number) % HIDDEN_OF == 0;
}

/* ---- tables ---- */

static void add_user(const struct snow_call *call, struct snow_rows *rows, int person)
{
    const struct company_person *p = ticket_person(person);
    struct snow_row *row = snow_add_row(call, rows);
    const char *id = snow_id(call, "sys_user", p->id);

    snow_cell(row, "sys_id", id, id);
    snow_cell(row, "user_name", p->login, p->login);
    snow_cell(row, "name", p->name, p->name);
    snow_cell(row, "email", arena_print(&call->x->arena, "%s@sim.example", p->login), "");
    row->cells[row->count - 1].display = row->cells[row->count - 1].value;
    snow_cell(row, "active", "true", "true");
    snow_cell(row, "time_zone", "Europe/Berlin", "Europe/Berlin");
    snow_time(call, row, "sys_created_on", INT64_C(1600000000000));
    snow_time(call, row, "sys_updated_on", INT64_C(1700000000000));
}

/* What was said: comments to the reporter, work notes among agents. */
static void add_journal(const struct snow_call *call, struct snow_rows *rows,
                        const struct ticket *t)
{
    const char *table = snow_is_incident(t) ? "incident" : "sc_request";

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];
        const char *id, *element;
        struct snow_row *row;

        if (e->step != STEP_COMMENT)
            continue;
        row = snow_add_row(call, rows);
        row->hidden = snow_is_hidden(t);
        id = snow_id(call, "sys_journal_field", e->id);
        element = e->internal ? "work_notes" : "comments";
        snow_cell(row, "sys_id", id, id);
        snow_cell(row, "name", table, table);
        id = snow_id(call, table, t->number);
        snow_cell(row, "element_id", id, id);
        snow_cell(row, "element", element, element);
        snow_cell(row, "value", e->text, e->text);
        snow_time(call, row, "sys_created_on", e->at_ms);
        snow_cell(row, "sys_created_by", ticket_person(e->person)->login,
                  ticket_person(e->person)->login);
    }
}

static bool belongs(const struct ticket *t, const char *table)
{
    if (strcmp(table, "incident") == 0)
        return snow_is_incident(t);
    return strcmp(table, "sc_request") != 0 || !snow_is_incident(t);
}

bool snow_table(const struct snow_call *call, const char *table, struct snow_rows *rows)
{
    static const struct {
        const char *name;
        void (*add)(const struct snow_call *call, struct snow_rows *rows, const struct ticket *t);
    } tables[] = { { "incident", snow_add_task },
                   { "sc_request", snow_add_task },
                   { "task_sla", snow_add_slas },
                   { "sys_journal_field", add_journal } };
    size_t n = 0;

    *rows = (struct snow_rows){ 0 };
    if (strcmp(table, "sys_user") == 0) {
        for (int person = 0; person < PEOPLE; person++)
            add_user(call, rows, person);
        add_user(call, rows, TICKET_BOT);
        return true;
    }
    while (n < sizeof(tables) / sizeof(tables[0]) && strcmp(tables[n].name, table) != 0)
        n++;
    if (n == sizeof(tables) / sizeof(tables[0]))
        return false;
    for (size_t i = 0; i < call->desk->count[TICKETS_SERVICENOW]; i++) {
        const struct ticket *t = call->desk->tickets[TICKETS_SERVICENOW][i];

        if (t->created_ms <= call->x->now_ms && belongs(t, table))
            tables[n].add(call, rows, t);
    }
    return true;
}
