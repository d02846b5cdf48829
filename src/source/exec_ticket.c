/* exec_ticket: a line as a ticket. */
#include "config.h"

#include "source/exec.h"

#include <math.h>

#include "source/field.h"

enum { PRIORITY_LEAST = 5 };

static const char *const states[] = { "unknown", "new", "in_progress", "done" };
static const char *const sla_states[] = { "unknown", "running",  "paused",
                                          "met",     "breached", "cancelled" };

/* An object of a list of this line, to be read like a line; what is wrong with it is
 * wrong with the line. */
static struct exec_line within(const struct exec_line *line, json_t *object)
{
    struct exec_line in = { .object = object, .batch = line->batch, .error = line->error };

    if (!json_is_object(object) && in.error.fault == DX_FAULT_NONE)
        dx_fail(&in.error, DX_FAULT_REPLY, "an entry of sla or pauses is no object");
    return in;
}

/* The list of this name, and whether it was said at all: null says nothing. */
static const json_t *list_of(struct exec_line *line, const char *name)
{
    const json_t *list = json_object_get(line->object, name);

    exec_know(line, name);
    if (!list || json_is_null(list))
        return NULL;
    if (!json_is_array(list) && line->error.fault == DX_FAULT_NONE)
        dx_fail(&line->error, DX_FAULT_REPLY, "%s is no list", name);
    return list;
}

/* What is left may be less than nothing. */
static int64_t left_of(struct exec_line *line)
{
    const json_t *value = json_object_get(line->object, "remaining_s");
    double s = 0.;

    exec_know(line, "remaining_s");
    return json_is_number(value) && value_number(value, &s) && fabs(s) < 1e10
               ? (int64_t)llround(s * 1e3)
               : SLA_UNSAID;
}

static void read_slas(struct exec_line *line, struct ticket *ticket)
{
    static const struct exec_words words = { sla_states, sizeof(sla_states) / sizeof(*sla_states),
                                             DX_SLA_UNKNOWN, DX_SLA_UNKNOWN };
    const json_t *list = list_of(line, "sla");
    json_t *sla;
    size_t i;

    if (!list)
        return;
    ticket->parts |= TICKET_SLAS;
    ticket->slas =
        arena_alloc(&line->batch->arena, (json_array_size(list) + 1) * sizeof(*ticket->slas));
    json_array_foreach (list, i, sla) {
        struct exec_line in = within(line, sla);

        ticket->slas[ticket->sla_count++] =
            (struct ticket_sla){ .name = exec_needed(&in, "name"),
                                 .state = (enum dx_sla_state)exec_word(&in, "state", &words),
                                 .breach_ms = exec_time(&in, "breach_at"),
                                 .remaining_ms = left_of(&in),
                                 .goal_ms = exec_span(&in, "goal_s"),
                                 .stopped_ms = exec_time(&in, "stopped_at") };
        line->error = in.error;
    }
}

static void read_pauses(struct exec_line *line, struct ticket *ticket)
{
    const json_t *list = list_of(line, "pauses");
    json_t *pause;
    size_t i;

    if (!list)
        return;
    ticket->parts |= TICKET_PAUSES;
    ticket->pauses =
        arena_alloc(&line->batch->arena, (json_array_size(list) + 1) * sizeof(*ticket->pauses));
    json_array_foreach (list, i, pause) {
        struct exec_line in = within(line, pause);

        (void)exec_needed(&in, "from");
        ticket->pauses[ticket->pause_count++] =
            (struct ticket_pause){ .from_ms = exec_time(&in, "from"),
                                   .to_ms = exec_time(&in, "to") };
        line->error = in.error;
    }
}

static void read_links(struct exec_line *line, struct ticket *ticket)
{
    const json_t *list = list_of(line, "links"), *link;
    const char **links;
    size_t i;

    if (!list)
        return;
    ticket->parts |= TICKET_LINKS;
    links = arena_alloc(&line->batch->arena, (json_array_size(list) + 1) * sizeof(*links));
    json_array_foreach (list, i, link)
        links[ticket->link_count++] = value_text(line->batch, link);
    ticket->links = links;
}

/* Done where it was resolved, and nothing else is said. */
static enum dx_ticket_state state_of(struct exec_line *line, const struct ticket *ticket)
{
    const struct exec_words words = { states, sizeof(states) / sizeof(*states),
                                      ticket->resolved_ms > 0 ? DX_TICKET_DONE : DX_TICKET_NEW,
                                      DX_TICKET_UNKNOWN };

    return (enum dx_ticket_state)exec_word(line, "state", &words);
}

static void read_fields(struct exec_line *line, struct ticket *t)
{
    /* Exports have them; here they are made of the times. */
    static const char *const made[] = { "lead_min", "first_response_min",
                                        "first_response_business_min", "resolution_business_min",
                                        "time_in_status_min" };

    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        exec_know(line, made[i]);
    t->key = exec_needed(line, "key");
    t->title = exec_needed(line, "title");
    t->project = exec_text(line, "project");
    t->type = exec_text(line, "ticket_type");
    t->category = exec_text(line, "category");
    t->labels = exec_text(line, "labels");
    t->raw_priority = exec_text(line, "raw_priority");
    t->raw_status = exec_text(line, "raw_status");
    t->reporter = exec_text(line, "reporter");
    t->assignee = exec_text(line, "assignee");
    t->text = exec_text(line, "text");
    t->url = exec_url(line, "url");
    t->priority = (int)exec_count(line, "priority", 0);
    t->created_ms = exec_time(line, "created_at");
    t->resolved_ms = exec_time(line, "resolved_at");
    t->updated_ms = exec_time(line, "updated_at");
    t->created_basis = exec_text(line, "created_basis");
    t->resolved_basis = exec_text(line, "resolved_basis");
    t->response_basis = exec_text(line, "first_response_basis");
    t->state = state_of(line, t);
    if (t->created_ms == 0 && line->error.fault == DX_FAULT_NONE)
        dx_fail(&line->error, DX_FAULT_REPLY, "created_at is missing");
    if (t->priority > PRIORITY_LEAST && line->error.fault == DX_FAULT_NONE)
        dx_fail(&line->error, DX_FAULT_REPLY, "priority is none of 1 to %d", PRIORITY_LEAST);
}

void exec_ticket(struct exec_line *line)
{
    struct batch empty = { 0 };
    struct ticket ticket = *batch_ticket(&empty);

    batch_done(&empty); /* its texts are constants */
    ticket.parts = TICKET_FIELDS;
    ticket.keeps = true;
    read_fields(line, &ticket);
    if (json_object_get(line->object, "first_response_at"))
        ticket.parts |= TICKET_RESPONSE; /* null too: nobody answered yet */
    ticket.first_response_ms = exec_time(line, "first_response_at");
    read_slas(line, &ticket);
    read_pauses(line, &ticket);
    read_links(line, &ticket);
    if (line->error.fault == DX_FAULT_NONE)
        *batch_ticket(line->batch) = ticket;
}
