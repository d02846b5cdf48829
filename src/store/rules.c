/* rules: how alert rules stand. What fires is an alert of dxtop's own, as incidents are. */
#include "config.h"

#include <math.h>

#include "core/mem.h"
#include "store/alerting.h"
#include "store/derive_internal.h"
#include "store/internal.h"

#define COLUMNS                                                                                    \
    "rule, subject, state, since_ms, began_ms, fired_ms, no_data_ms, told_ms, told, held_fires,"   \
    " held_ends, alert, place, ways, severity, above, bound, unit, value, at_ms"

/* ---- reading ---- */

static void take_rule(sqlite3_stmt *stmt, void *item, void *self)
{
    struct arena *arena = self;

    *(struct stored_rule *)item = (struct stored_rule){
        .rule = arena_text(arena, column_text(stmt, 0)),
        .subject = arena_text(arena, column_text(stmt, 1)),
        .state = sqlite3_column_int(stmt, 2),
        .since_ms = column_int(stmt, 3),
        .began_ms = column_int(stmt, 4),
        .fired_ms = column_int(stmt, 5),
        .no_data_ms = column_int(stmt, 6),
        .told_ms = column_int(stmt, 7),
        .told = sqlite3_column_int(stmt, 8) != 0,
        .held_fires = sqlite3_column_int(stmt, 9),
        .held_ends = sqlite3_column_int(stmt, 10),
        .alert = column_int(stmt, 11),
        .place = column_int(stmt, 12),
        .ways = (unsigned)sqlite3_column_int(stmt, 13),
        .severity = (enum dx_severity)sqlite3_column_int(stmt, 14),
        .above = sqlite3_column_int(stmt, 15) != 0,
        .limit = sqlite3_column_double(stmt, 16),
        .unit = (enum dx_unit)sqlite3_column_int(stmt, 17),
        .value = sqlite3_column_type(stmt, 18) == SQLITE_NULL ? (double)NAN
                                                              : sqlite3_column_double(stmt, 18),
        .at_ms = column_int(stmt, 19),
        .snoozed = sqlite3_column_int(stmt, 20) != 0,
    };
}

bool store_rules(struct store *store, int64_t now_ms, struct arena *arena, struct stored_rule **out,
                 size_t *count, struct dx_error *err)
{
    const struct gather how = { .take = take_rule,
                                .size = sizeof(struct stored_rule),
                                .self = arena };
    void *list = NULL;
    bool ok = derive_gather(
        store,
        derive_over(store,
                    "SELECT " COLUMNS ", EXISTS (SELECT 1 FROM alert_word w WHERE w.alert = r.alert"
                    " AND w.kind = 1 AND w.at_ms = (SELECT max(at_ms) FROM alert_word"
                    "  WHERE alert = r.alert AND kind = 1) AND w.until_ms > ?2)"
                    " FROM rule_state r WHERE ?1 = 0 AND ?3 IS NOT NULL ORDER BY rule, subject",
                    0, now_ms, 0, err),
        &how, &list, count, err);

    *out = list;
    return ok;
}

int64_t store_rules_looked(struct store *store)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT value FROM meta WHERE key = 'rules_ms'", &err);
    bool there;
    int64_t ms = 0;

    if (!stmt || !store_row(store, stmt, &there, &err))
        return 0;
    if (there)
        ms = column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return ms;
}

/* ---- alerts ---- */

static bool put_state(struct store *store, int64_t alert, int64_t at_ms, bool fires,
                      struct dx_error *err)
{
    sqlite3_stmt *stmt;

    if (!alert_come_back(store, alert, at_ms, err))
        return false;
    stmt = store_statement(store,
                           "INSERT INTO alert_state (alert, at_ms, state, muted_by)"
                           " VALUES (?1, ?2, ?3, '') ON CONFLICT (alert, at_ms) DO UPDATE SET"
                           " state = excluded.state",
                           err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, alert);
    (void)sqlite3_bind_int64(stmt, 2, at_ms);
    (void)sqlite3_bind_int(stmt, 3, fires ? DX_ALERT_FIRING : DX_ALERT_PENDING);
    return store_step(store, stmt, err);
}

static bool begin_alert(struct store *store, const struct rule_change *change, int64_t now_ms,
                        struct dx_error *err)
{
    struct stored_rule *rule = change->rule;
    int64_t source;
    bool there;
    sqlite3_stmt *stmt;

    if (!own_source(store, &source, err))
        return false;
    stmt = store_statement(
        store,
        "INSERT INTO alert (source, key, since_ms, name, severity, labels, summary, url, first_ms,"
        " seen_ms) VALUES (?1, 'rule:' || ?2 || '/' || ?3, ?4, ?2, ?5, ?6, ?7, '', ?8, ?8)"
        " ON CONFLICT (source, key, since_ms) DO UPDATE SET ended_ms = NULL RETURNING id",
        err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, rule->rule);
    bind_text(stmt, 3, rule->subject);
    (void)sqlite3_bind_int64(stmt, 4, rule->began_ms);
    (void)sqlite3_bind_int(stmt, 5, (int)rule->severity);
    bind_text(stmt, 6, change->labels);
    bind_text(stmt, 7, change->summary);
    (void)sqlite3_bind_int64(stmt, 8, now_ms);
    if (!store_row(store, stmt, &there, err))
        return false;
    rule->alert = column_int(stmt, 0);
    return store_step(store, stmt, err) &&
           put_state(store, rule->alert, now_ms, rule->fired_ms > 0, err);
}

static bool update_alert(struct store *store, const struct rule_change *change, int64_t now_ms,
                         struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store,
                        "UPDATE alert SET summary = ?2, first_ms = min(first_ms, ?3),"
                        " seen_ms = ?3, severity = ?5, ended_ms = CASE WHEN ?4 THEN ?3 END"
                        " WHERE id = ?1",
                        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, change->rule->alert);
    bind_text(stmt, 2, change->summary);
    (void)sqlite3_bind_int64(stmt, 3, now_ms);
    (void)sqlite3_bind_int(stmt, 4, change->deed == RULE_ENDS);
    (void)sqlite3_bind_int(stmt, 5, (int)change->rule->severity);
    return store_step(store, stmt, err);
}

/* What a clock noted of it that was ahead is noted anew. */
static bool stay(struct store *store, const struct stored_rule *rule, int64_t now_ms,
                 struct dx_error *err)
{
    if (!alert_come_back(store, rule->alert, now_ms, err))
        return false;
    return sqlite3_changes(store->db) == 0 ||
           put_state(store, rule->alert, now_ms, rule->fired_ms > 0, err);
}

static bool forget_alert(struct store *store, int64_t alert, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        derive_over(store, "DELETE FROM alert_word WHERE alert = ?1", alert, 0, 0, err);
    bool ok = stmt && store_step(store, stmt, err);

    stmt = ok ? derive_over(store, "DELETE FROM alert_state WHERE alert = ?1", alert, 0, 0, err)
              : NULL;
    ok = stmt && store_step(store, stmt, err);
    stmt = ok ? derive_over(store, "DELETE FROM alert WHERE id = ?1", alert, 0, 0, err) : NULL;
    return stmt && store_step(store, stmt, err);
}

static bool do_deed(struct store *store, const struct rule_change *change, int64_t now_ms,
                    struct dx_error *err)
{
    int64_t alert = change->rule->alert;
    bool ok = true;

    switch (change->deed) {
    case RULE_STANDS:
        return true;
    case RULE_BEGINS:
        return begin_alert(store, change, now_ms, err);
    case RULE_FIRES:
        return put_state(store, alert, now_ms, true, err) &&
               update_alert(store, change, now_ms, err);
    case RULE_GOES_ON:
        return stay(store, change->rule, now_ms, err) && update_alert(store, change, now_ms, err);
    case RULE_LAPSES:
        ok = forget_alert(store, alert, err);
        break;
    case RULE_ENDS:
        ok = update_alert(store, change, now_ms, err);
        break;
    }
    change->rule->alert = 0;
    return ok;
}

/* ---- writing ---- */

static bool put_rule(struct store *store, const struct stored_rule *r, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store,
                        "INSERT OR REPLACE INTO rule_state (" COLUMNS ") VALUES (?1, ?2, ?3, ?4,"
                        " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
                        " ?20)",
                        err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, r->rule);
    bind_text(stmt, 2, r->subject);
    (void)sqlite3_bind_int(stmt, 3, r->state);
    (void)sqlite3_bind_int64(stmt, 4, r->since_ms);
    (void)sqlite3_bind_int64(stmt, 5, r->began_ms);
    (void)sqlite3_bind_int64(stmt, 6, r->fired_ms);
    (void)sqlite3_bind_int64(stmt, 7, r->no_data_ms);
    (void)sqlite3_bind_int64(stmt, 8, r->told_ms);
    (void)sqlite3_bind_int(stmt, 9, r->told);
    (void)sqlite3_bind_int(stmt, 10, r->held_fires);
    (void)sqlite3_bind_int(stmt, 11, r->held_ends);
    (void)sqlite3_bind_int64(stmt, 12, r->alert);
    (void)sqlite3_bind_int64(stmt, 13, r->place);
    (void)sqlite3_bind_int(stmt, 14, (int)r->ways);
    (void)sqlite3_bind_int(stmt, 15, (int)r->severity);
    (void)sqlite3_bind_int(stmt, 16, r->above);
    (void)sqlite3_bind_double(stmt, 17, r->limit);
    (void)sqlite3_bind_int(stmt, 18, (int)r->unit);
    bind_number(stmt, 19, r->value);
    (void)sqlite3_bind_int64(stmt, 20, r->at_ms);
    return store_step(store, stmt, err);
}

static bool forget_rule(struct store *store, const struct stored_rule *rule, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "DELETE FROM rule_state WHERE rule = ?1 AND subject = ?2", err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, rule->rule);
    bind_text(stmt, 2, rule->subject);
    return store_step(store, stmt, err);
}

static bool put_notice(struct store *store, const struct stored_notice *n, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store,
                        "INSERT INTO notice (at_ms, name, ways, loud, title, text, facts, state,"
                        " tries, next_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?1)",
                        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, n->at_ms);
    bind_text(stmt, 2, n->name);
    (void)sqlite3_bind_int(stmt, 3, (int)n->ways);
    (void)sqlite3_bind_int(stmt, 4, n->loud);
    bind_text(stmt, 5, n->title);
    bind_text(stmt, 6, n->text);
    bind_text(stmt, 7, n->facts);
    (void)sqlite3_bind_int(stmt, 8, *n->name ? NOTICE_WAITS : NOTICE_GIVEN);
    return store_step(store, stmt, err);
}

static bool put_looked(struct store *store, const struct rules_write *write, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         "INSERT INTO meta (key, value) VALUES ('rules_ms', ?1),"
                                         " ('rules_good_ms', ?2)"
                                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                                         err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, write->now_ms);
    (void)sqlite3_bind_int64(stmt, 2, write->good_ms > 0 ? write->good_ms : RULES_GOOD_MS);
    return store_step(store, stmt, err);
}

static bool put(struct store *store, void *what, struct dx_error *err)
{
    const struct rules_write *write = what;

    if ((write->change_count > 0 || write->notice_count > 0) && !store_touch(store, err))
        return false;
    for (size_t i = 0; i < write->change_count; i++) {
        const struct rule_change *change = &write->changes[i];

        if (!do_deed(store, change, write->now_ms, err) ||
            !(change->forget ? forget_rule(store, change->rule, err)
                             : put_rule(store, change->rule, err)))
            return false;
    }
    for (size_t i = 0; i < write->notice_count; i++)
        if (!put_notice(store, &write->notices[i], err))
            return false;
    return put_looked(store, write, err);
}

bool store_put_rules(struct store *store, const struct rules_write *write, struct dx_error *err)
{
    struct rules_write mine = *write;

    return store_write(store, put, &mine, err);
}
