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

struct glide_row *glide_add_row(const struct glide_call *call, struct glide_rows *rows)
{
    struct glide_row *more;

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

void glide_cell(struct glide_row *row, const char *name, const char *value, const char *display)
{
    if (row->count < CELLS_MOST)
        row->cells[row->count++] = (struct glide_cell){ name, value, display, NULL };
}

void glide_reference(struct glide_row *row, const char *name, const char *table, const char *id,
                     const char *display)
{
    glide_cell(row, name, id, display);
    row->cells[row->count - 1].table = table;
}

const struct glide_cell *glide_find(const struct glide_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->cells[i].name, name) == 0)
            return &row->cells[i];
    return NULL;
}

void glide_time(const struct glide_call *call, struct glide_row *row, const char *name, int64_t ms)
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
    glide_cell(row, name, arena_text(&call->x->arena, utc), arena_text(&call->x->arena, shown));
}

const char *glide_id(const struct glide_call *call, const char *table, int64_t number)
{
    uint64_t key = 0;

    for (const char *at = table; *at; at++)
        key = key * 131 + (unsigned char)*at;
    return arena_print(&call->x->arena, "%016" PRIx64 "%016" PRIx64, noise_hash(key, 1, number),
                       noise_hash(key, 2, number));
}

const char *glide_print(const struct glide_call *call, int64_t number)
{
    return arena_print(&call->x->arena, "%" PRId64, number);
}

bool glide_is_hidden(const struct ticket *t)
{
    return t->number < BY_HAND && noise_hash(17, 1, t->number) % HIDDEN_OF == 0;
}

/* ---- tables ---- */

static void add_user(const struct glide_call *call, struct glide_rows *rows, int person)
{
    const struct company_person *p = ticket_person(person);
    struct glide_row *row = glide_add_row(call, rows);
    const char *id = glide_id(call, "sys_user", p->id);

    glide_cell(row, "sys_id", id, id);
    glide_cell(row, "user_name", p->login, p->login);
    glide_cell(row, "name", p->name, p->name);
    glide_cell(row, "email", arena_print(&call->x->arena, "%s@sim.example", p->login), "");
    row->cells[row->count - 1].display = row->cells[row->count - 1].value;
    glide_cell(row, "active", "true", "true");
    glide_cell(row, "time_zone", "Europe/Berlin", "Europe/Berlin");
    glide_time(call, row, "sys_created_on", INT64_C(1600000000000));
    glide_time(call, row, "sys_updated_on", INT64_C(1700000000000));
}

/* What was said: comments to the reporter, work notes among agents. */
static void add_journal(const struct glide_call *call, struct glide_rows *rows,
                        const struct ticket *t)
{
    const char *table = glide_is_incident(t) ? "incident" : "sc_request";

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];
        const char *id, *element;
        struct glide_row *row;

        if (e->step != STEP_COMMENT)
            continue;
        row = glide_add_row(call, rows);
        row->hidden = glide_is_hidden(t);
        id = glide_id(call, "sys_journal_field", e->id);
        element = e->internal ? "work_notes" : "comments";
        glide_cell(row, "sys_id", id, id);
        glide_cell(row, "name", table, table);
        id = glide_id(call, table, t->number);
        glide_cell(row, "element_id", id, id);
        glide_cell(row, "element", element, element);
        glide_cell(row, "value", e->text, e->text);
        glide_time(call, row, "sys_created_on", e->at_ms);
        glide_cell(row, "sys_created_by", ticket_person(e->person)->login,
                   ticket_person(e->person)->login);
    }
}

/* Each change of the state. */
static void add_audit(const struct glide_call *call, struct glide_rows *rows,
                      const struct ticket *t)
{
    const char *table = glide_is_incident(t) ? "incident" : "sc_request",
               *before = glide_state(t, TICKET_NEW), *id;

    for (size_t i = 0; i < t->event_count && t->events[i].at_ms <= call->x->now_ms; i++) {
        const struct ticket_event *e = &t->events[i];
        const char *state = e->step == STEP_STATUS ? glide_state(t, e->status) : before;
        struct glide_row *row;

        if (strcmp(state, before) == 0)
            continue;
        row = glide_add_row(call, rows);
        row->hidden = glide_is_hidden(t);
        id = glide_id(call, "sys_audit", e->id);
        glide_cell(row, "sys_id", id, id);
        glide_cell(row, "tablename", table, table);
        id = glide_id(call, table, t->number);
        glide_cell(row, "documentkey", id, id);
        glide_cell(row, "fieldname", "state", "state");
        glide_cell(row, "oldvalue", before, before);
        glide_cell(row, "newvalue", state, state);
        glide_time(call, row, "sys_created_on", e->at_ms);
        glide_cell(row, "sys_created_by", ticket_person(e->person)->login,
                   ticket_person(e->person)->login);
        before = state;
    }
}

static bool belongs(const struct ticket *t, const char *table)
{
    if (strcmp(table, "incident") == 0)
        return glide_is_incident(t);
    return strcmp(table, "sc_request") != 0 || !glide_is_incident(t);
}

bool glide_table(const struct glide_call *call, const char *table, struct glide_rows *rows)
{
    static const struct {
        const char *name;
        void (*add)(const struct glide_call *call, struct glide_rows *rows, const struct ticket *t);
    } tables[] = { { "incident", glide_add_task },
                   { "sc_request", glide_add_task },
                   { "task_sla", glide_add_slas },
                   { "sys_journal_field", add_journal },
                   { "sys_audit", add_audit } };
    size_t n = 0;

    *rows = (struct glide_rows){ 0 };
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
