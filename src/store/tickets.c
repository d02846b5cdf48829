/* tickets: the tickets of a batch. A reply often says a part of a ticket only; the
 * others stay as they are. */
#include "config.h"

#include "store/tickets.h"

#include <string.h>

#include "store/ci.h"

enum { PROJECTS_MOST = 100, RENAMED_MOST = 8 };

static const unsigned LASTING = TICKET_SLAS | TICKET_PAUSES | TICKET_LINKS;

struct putting {
    struct store *store;
    const struct poll *poll;
    const struct ticket *ticket;
    int64_t id;         /* its row */
    int64_t updated_ms; /* as it was */
    unsigned parts;     /* as it was */
    bool answered, done, gone;
};

/* ---- what is there already ---- */

static bool find(struct putting *p, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(p->store,
                        "SELECT id, parts, coalesce(updated_ms, 0), first_ms, state, gone_ms"
                        " FROM ticket WHERE source = ?1 AND key = ?2",
                        err);
    bool there;

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, p->poll->source);
    bind_text(stmt, 2, p->ticket->key);
    if (!store_row(p->store, stmt, &there, err))
        return false;
    if (there) {
        p->id = column_int(stmt, 0);
        p->parts = (unsigned)sqlite3_column_int(stmt, 1);
        p->updated_ms = column_int(stmt, 2);
        p->answered = sqlite3_column_type(stmt, 3) != SQLITE_NULL;
        p->done = sqlite3_column_int(stmt, 4) == (int)DX_TICKET_DONE;
        p->gone = sqlite3_column_type(stmt, 5) != SQLITE_NULL;
    }
    (void)sqlite3_reset(stmt);
    return true;
}

/* ---- the fields ---- */

static const char put_sql[] =
    "INSERT INTO ticket (source, project, key, ext, type, category, labels, priority, raw_priority,"
    " state, raw_status, reporter, assignee, url, parts, created_ms, resolved_ms, updated_ms,"
    " seen_ms, created_basis, resolved_basis) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
    " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) ON CONFLICT (source, key) DO UPDATE SET"
    " (project, ext, type, category, labels, priority, raw_priority, state, raw_status, reporter,"
    " assignee, url, parts, created_ms, resolved_ms, updated_ms, seen_ms, gone_ms, created_basis,"
    " resolved_basis) = (excluded.project, excluded.ext, excluded.type,"
    " excluded.category, excluded.labels, excluded.priority, excluded.raw_priority,"
    " excluded.state, excluded.raw_status, excluded.reporter, excluded.assignee, excluded.url,"
    " excluded.parts, excluded.created_ms, excluded.resolved_ms, excluded.updated_ms,"
    " excluded.seen_ms, NULL, excluded.created_basis, excluded.resolved_basis)"
    /* what is as it was makes no page dirty, but for once an hour: it was seen */
    " WHERE seen_ms < excluded.seen_ms - 3600000 OR gone_ms IS NOT NULL OR (project, type, "
    "category, labels, priority,"
    " raw_priority, state, raw_status, reporter, assignee, url, parts, created_ms, resolved_ms,"
    " updated_ms) IS NOT (excluded.project,"
    " excluded.type, excluded.category, excluded.labels, excluded.priority, excluded.raw_priority,"
    " excluded.state, excluded.raw_status, excluded.reporter, excluded.assignee, excluded.url,"
    " excluded.parts, excluded.created_ms, excluded.resolved_ms, excluded.updated_ms)"
    " RETURNING id";

/* Of a part it is known last whether it can be had. */
static unsigned with_parts(unsigned old, const struct ticket *t)
{
    return (old & ~tickets_refused(t->parts)) | t->parts | tickets_refused(t->refused & t->parts);
}

/* Of a ticket that moved on, the parts that came before may have moved too; a first
 * response stays the first one. */
static unsigned parts_of(const struct putting *p)
{
    const struct ticket *t = p->ticket;
    bool moved = t->updated_ms == 0 || t->updated_ms > p->updated_ms;
    unsigned anew = !moved || t->keeps ? 0 : p->answered ? LASTING : LASTING | TICKET_RESPONSE;

    return with_parts(p->parts & ~(anew | tickets_refused(anew)), t);
}

static bool bind_names(struct putting *p, sqlite3_stmt *stmt, struct dx_error *err)
{
    const struct ticket *t = p->ticket;
    struct store *store = p->store;
    int64_t project = text_id(store, t->project, err);

    if (project < 0)
        return false;
    (void)sqlite3_bind_int64(stmt, 2, project);
    bind_text(stmt, 3, t->key);
    if (*t->id)
        bind_text(stmt, 4, t->id);
    if (*t->url)
        bind_text(stmt, 14, t->url);
    return bind_intern(store, stmt, 20, t->created_basis, err) &&
           bind_intern(store, stmt, 21, t->resolved_basis, err) &&
           bind_intern(store, stmt, 5, t->type, err) &&
           bind_intern(store, stmt, 6, t->category, err) &&
           bind_intern(store, stmt, 7, t->labels, err) &&
           bind_intern(store, stmt, 9, t->raw_priority, err) &&
           bind_intern(store, stmt, 11, t->raw_status, err) &&
           bind_intern(store, stmt, 12, t->reporter, err) &&
           bind_intern(store, stmt, 13, t->assignee, err);
}

static bool put_text(struct putting *p, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        p->store,
        "INSERT INTO ticket_text (ticket, title, text) VALUES (?1, ?2, ?3) ON CONFLICT (ticket)"
        " DO UPDATE SET (title, text) = (excluded.title, excluded.text)"
        " WHERE (title, text) IS NOT (excluded.title, excluded.text)",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, p->id);
    bind_text(stmt, 2, p->ticket->title);
    bind_text(stmt, 3, p->ticket->text);
    return store_step(p->store, stmt, err);
}

static bool put_fields(struct putting *p, struct dx_error *err)
{
    const struct ticket *t = p->ticket;
    sqlite3_stmt *stmt = store_statement(p->store, put_sql, err);
    bool row;

    if (!stmt || !bind_names(p, stmt, err))
        return false;
    (void)sqlite3_bind_int64(stmt, 1, p->poll->source);
    if (t->priority > 0)
        (void)sqlite3_bind_int(stmt, 8, t->priority);
    (void)sqlite3_bind_int(stmt, 10, (int)t->state);
    (void)sqlite3_bind_int(stmt, 15, (int)parts_of(p));
    bind_time(stmt, 16, t->created_ms);
    bind_time(stmt, 17, t->resolved_ms);
    bind_time(stmt, 18, t->updated_ms);
    (void)sqlite3_bind_int64(stmt, 19, p->poll->now_ms);
    if (!store_row(p->store, stmt, &row, err))
        return false;
    if (row) {
        p->id = column_int(stmt, 0);
        ids_add(&p->store->touched.tickets, p->id);
    }
    (void)sqlite3_reset(stmt);
    return put_text(p, err);
}

/* ---- parts ---- */

/* A statement of the row ?1. */
static sqlite3_stmt *of_row(struct putting *p, const char *sql, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(p->store, sql, err);

    if (stmt)
        (void)sqlite3_bind_int64(stmt, 1, p->id);
    return stmt;
}

static bool change(struct putting *p, const char *sql, struct dx_error *err)
{
    sqlite3_stmt *stmt = of_row(p, sql, err);

    return stmt && store_step(p->store, stmt, err);
}

static bool put_response(struct putting *p, struct dx_error *err)
{
    sqlite3_stmt *stmt = of_row(p,
                                "UPDATE ticket SET (first_ms, first_basis) = (?2, ?3)"
                                " WHERE id = ?1 AND (first_ms, first_basis) IS NOT (?2, ?3)",
                                err);

    if (!stmt || !bind_intern(p->store, stmt, 3, p->ticket->response_basis, err))
        return false;
    bind_time(stmt, 2, p->ticket->first_response_ms);
    return store_step(p->store, stmt, err);
}

static bool put_sla(struct putting *p, size_t nth, struct dx_error *err)
{
    const struct ticket_sla *sla = &p->ticket->slas[nth];
    sqlite3_stmt *stmt =
        of_row(p,
               "INSERT INTO ticket_sla (ticket, nth, name, state, breach_ms, remaining_ms, goal_ms,"
               " stopped_ms, said_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
               err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 2, (int64_t)nth);
    bind_text(stmt, 3, sla->name);
    (void)sqlite3_bind_int(stmt, 4, (int)sla->state);
    bind_time(stmt, 5, sla->breach_ms);
    if (sla->remaining_ms != SLA_UNSAID)
        (void)sqlite3_bind_int64(stmt, 6, sla->remaining_ms);
    bind_span(stmt, 7, sla->goal_ms);
    bind_time(stmt, 8, sla->stopped_ms);
    (void)sqlite3_bind_int64(stmt, 9, p->poll->now_ms);
    return store_step(p->store, stmt, err);
}

/* The one that is listed: of those whose clocks still count the one that breaches, or
 * breached, first; else one that stands. When that breaches nobody knows, whatever its
 * server says: tickets are listed by it, and what is over is not to stand behind. */
static const char urgent_sql[] =
    "UPDATE ticket SET (sla, sla_state, breach_ms, remaining_ms, goal_ms, said_ms) = (SELECT name,"
    " state, CASE WHEN state <> 2 THEN breach_ms END, remaining_ms, goal_ms, said_ms"
    " FROM (SELECT * FROM ticket_sla WHERE ticket = ?1 AND state IN (1, 2, 4)"
    "  AND stopped_ms IS NULL ORDER BY state = 2,"
    "  coalesce(breach_ms, CASE WHEN state <> 4 THEN 9e15 END, 0), coalesce(remaining_ms, 9e15),"
    "  nth LIMIT 1) AS first UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL LIMIT 1)"
    " WHERE id = ?1";

static bool put_slas(struct putting *p, struct dx_error *err)
{
    if (!change(p, "DELETE FROM ticket_sla WHERE ticket = ?1", err))
        return false;
    for (size_t i = 0; i < p->ticket->sla_count; i++)
        if (!put_sla(p, i, err))
            return false;
    return change(p, urgent_sql, err);
}

static bool put_pauses(struct putting *p, struct dx_error *err)
{
    if (!change(p, "DELETE FROM ticket_pause WHERE ticket = ?1", err))
        return false;
    for (size_t i = 0; i < p->ticket->pause_count; i++) {
        sqlite3_stmt *stmt =
            of_row(p,
                   "INSERT INTO ticket_pause (ticket, from_ms, to_ms) VALUES (?1, ?2, ?3)"
                   " ON CONFLICT (ticket, from_ms) DO UPDATE SET to_ms = excluded.to_ms",
                   err);

        if (!stmt)
            return false;
        (void)sqlite3_bind_int64(stmt, 2, p->ticket->pauses[i].from_ms);
        bind_time(stmt, 3, p->ticket->pauses[i].to_ms);
        if (!store_step(p->store, stmt, err))
            return false;
    }
    return true;
}

static bool put_stay(struct putting *p, const struct ticket_stay *stay, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        of_row(p,
               "INSERT INTO ticket_stay (ticket, from_ms, stay)"
               " SELECT id, coalesce(?2, created_ms, 0), coalesce(?3, state) FROM ticket"
               " WHERE id = ?1 ON CONFLICT (ticket, from_ms) DO UPDATE SET stay = excluded.stay",
               err);

    if (!stmt)
        return false;
    if (stay) {
        bind_time(stmt, 2, stay->from_ms);
        (void)sqlite3_bind_int(stmt, 3, (int)stay->stay);
    }
    return store_step(p->store, stmt, err);
}

static bool put_stays(struct putting *p, struct dx_error *err)
{
    const struct ticket *t = p->ticket;

    if (!change(p, "DELETE FROM ticket_stay WHERE ticket = ?1", err))
        return false;
    for (size_t i = 0; i < t->stay_count; i++)
        if (!put_stay(p, &t->stays[i], err))
            return false;
    return !t->stays_known || t->stay_count > 0 || put_stay(p, NULL, err);
}

static bool put_links(struct putting *p, struct dx_error *err)
{
    if (!change(p, "DELETE FROM ticket_link WHERE ticket = ?1", err))
        return false;
    for (size_t i = 0; i < p->ticket->link_count; i++) {
        sqlite3_stmt *stmt =
            of_row(p, "INSERT INTO ticket_link (ticket, nth, text) VALUES (?1, ?2, ?3)", err);

        if (!stmt)
            return false;
        (void)sqlite3_bind_int64(stmt, 2, (int64_t)i);
        bind_text(stmt, 3, p->ticket->links[i]);
        if (!store_step(p->store, stmt, err))
            return false;
    }
    return true;
}

static bool put_parts(struct putting *p, struct dx_error *err)
{
    const struct ticket *t = p->ticket;
    unsigned parts = t->parts & ~t->refused;
    sqlite3_stmt *stmt;

    if ((parts & TICKET_RESPONSE && !put_response(p, err)) ||
        (parts & TICKET_SLAS && !put_slas(p, err)) ||
        (parts & TICKET_PAUSES && (!put_pauses(p, err) || !put_stays(p, err))) ||
        (parts & TICKET_LINKS && !put_links(p, err)))
        return false;
    if (!(t->parts & ~(unsigned)TICKET_FIELDS))
        return true;
    ids_add(&p->store->touched.tickets, p->id);
    stmt = of_row(p, "UPDATE ticket SET parts = parts & ~?2 | ?3 WHERE id = ?1", err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int(stmt, 2, (int)tickets_refused(t->parts));
    (void)sqlite3_bind_int(stmt, 3, (int)with_parts(0, t));
    return store_step(p->store, stmt, err);
}

/* Its server has it no more. One that goes on under another key is counted there, from its
 * beginning; of others it is known only that they were open until now. What did not come is
 * refused. */
static bool close_gone(struct putting *p, bool moved, struct dx_error *err)
{
    sqlite3_stmt *stmt = of_row(p,
                                "UPDATE ticket SET state = 3,"
                                " parts = parts | 31 | ((31 & ~parts) << 8),"
                                " gone_ms = iif(?3, coalesce(created_ms, ?2), ?2) WHERE id = ?1",
                                err);

    if (!stmt)
        return false;
    ids_add(&p->store->touched.tickets, p->id);
    (void)sqlite3_bind_int64(stmt, 2, p->poll->now_ms);
    (void)sqlite3_bind_int(stmt, 3, moved);
    return store_step(p->store, stmt, err);
}

/* The same number of each other project, by the index of keys: from project to project. */
static const char renamed_sql[] =
    "WITH RECURSIVE project (key) AS (SELECT min(key) FROM ticket WHERE source = ?1"
    " UNION ALL SELECT (SELECT min(key) FROM ticket WHERE source = ?1"
    "  AND key > substr(project.key, 1, instr(project.key, '-') - 1) || '.')" /* behind '-' */
    "  FROM project WHERE instr(project.key, '-') > 1 LIMIT ?5)"
    " SELECT t.id FROM project CROSS JOIN ticket t WHERE t.source = ?1"
    " AND t.key = substr(project.key, 1, instr(project.key, '-')) || ?2"
    " AND t.ext = ?3 AND t.id <> ?4 LIMIT ?6";

static bool find_renamed(struct putting *p, int64_t *ids, size_t *count, struct dx_error *err)
{
    const char *number = strchr(p->ticket->key, '-');
    sqlite3_stmt *stmt = store_statement(p->store, renamed_sql, err);
    bool row = true;

    *count = 0;
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, p->poll->source);
    bind_text(stmt, 2, number ? number + 1 : "");
    bind_text(stmt, 3, p->ticket->id);
    (void)sqlite3_bind_int64(stmt, 4, p->id);
    (void)sqlite3_bind_int(stmt, 5, PROJECTS_MOST);
    (void)sqlite3_bind_int(stmt, 6, RENAMED_MOST);
    while (*count < RENAMED_MOST) {
        if (!store_row(p->store, stmt, &row, err))
            return false;
        if (!row)
            break;
        ids[(*count)++] = column_int(stmt, 0);
    }
    (void)sqlite3_reset(stmt);
    return true;
}

/* Its project had another key before: then it is there by that one, too. */
static bool leave_renamed(struct putting *p, struct dx_error *err)
{
    int64_t ids[RENAMED_MOST];
    size_t count;

    if (!find_renamed(p, ids, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct putting old = *p;

        old.id = ids[i];
        if (!close_gone(&old, true, err))
            return false;
    }
    return true;
}

/* It was asked for, and nothing of it came: it waits its turn again, as one that was seen. */
static bool put_nothing(struct putting *p, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        of_row(p, "UPDATE ticket SET seen_ms = max(seen_ms, ?2) WHERE id = ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 2, p->poll->now_ms);
    return store_step(p->store, stmt, err);
}

static bool put_ticket(struct putting *p, struct dx_error *err)
{
    const struct ticket *t = p->ticket;
    bool fields, anew;

    if (!find(p, err))
        return false;
    if (t->moved || (t->gone && !p->done))
        return p->id == 0 || close_gone(p, t->moved, err);
    if (t->gone)
        return true;
    anew = p->id == 0 || p->gone;
    /* A page that was made before the ticket moved on may come after. */
    fields = t->parts & TICKET_FIELDS && (t->updated_ms == 0 || t->updated_ms >= p->updated_ms);
    if (fields && !put_fields(p, err))
        return false;
    if (p->id == 0) /* a part of a ticket that never came */
        return true;
    if (fields && anew && t->unique && !leave_renamed(p, err))
        return false;
    return put_parts(p, err) && (t->parts & ~t->refused || put_nothing(p, err));
}

bool tickets_put(struct store *store, const struct poll *poll, const struct batch *batch,
                 struct dx_error *err)
{
    for (size_t i = 0; i < batch->ticket_count; i++) {
        struct putting p = { .store = store, .poll = poll, .ticket = &batch->tickets[i] };

        if (!put_ticket(&p, err))
            return false;
    }
    return true;
}
