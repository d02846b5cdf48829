/* alerting: how alert rules stand, what people are told, and what they say of alerts. */
#ifndef STORE_ALERTING_H
#define STORE_ALERTING_H

#include "store/store.h"

/* ---- how rules stand ---- */

struct stored_rule { /* and what it looks at; see insight/alerting.h for the first ones */
    const char *rule, *subject;
    int state;
    int64_t since_ms, began_ms, fired_ms, no_data_ms, told_ms;
    bool told;
    int held_fires, held_ends;
    int64_t alert; /* that is open; 0: none */
    bool snoozed;  /* read only */
    /* for the list */
    int64_t place;
    unsigned ways;
    enum dx_severity severity;
    bool above;
    double limit, value; /* value NaN: none */
    enum dx_unit unit;
    int64_t at_ms;
};

/* All there are, as of now, within a read; by rule and subject. Texts belong to the arena. */
bool store_rules(struct store *store, int64_t now_ms, struct arena *arena, struct stored_rule **out,
                 size_t *count, struct dx_error *err);
/* How long a look is good for: after that nobody knows how they stand. */
enum { RULES_GOOD_MS = 5 * 60 * 1000 };
/* SQL of as ?1: no row where somebody looked at them within that, else when somebody did. */
#define RULES_UNSEEN                                                                               \
    "SELECT value AS at_ms FROM meta WHERE key = 'rules_ms' AND value + coalesce((SELECT value"    \
    " FROM meta WHERE key = 'rules_good_ms'), 300000) < ?1"
/* When they were looked at last; 0: never. */
int64_t store_rules_looked(struct store *store);

enum rule_deed {
    RULE_STANDS,
    RULE_BEGINS, /* an alert, pending or firing by the rule's state */
    RULE_FIRES,  /* the pending one does */
    RULE_GOES_ON,
    RULE_LAPSES, /* the pending one never was */
    RULE_ENDS,
};
struct rule_change {
    struct stored_rule *rule; /* as it is now; its alert is filled in */
    enum rule_deed deed;
    const char *labels, *summary; /* of the alert */
    bool forget;                  /* the rule, or what it looks at, is gone */
};
struct stored_notice {
    int64_t id, at_ms;
    const char *name; /* of the configuration; "": of the viewers */
    unsigned ways;
    bool loud; /* something begins */
    const char *title, *text, *facts;
    int64_t tries;
};
struct rules_write {
    const struct rule_change *changes;
    size_t change_count;
    const struct stored_notice *notices;
    size_t notice_count;
    int64_t now_ms, good_ms; /* how long this look is good for; 0: RULES_GOOD_MS */
};
/* In one transaction: how they stand, and that people are to be told. */
bool store_put_rules(struct store *store, const struct rules_write *write, struct dx_error *err);

/* ---- notices: each is begun once, so that nobody is told twice ---- */

enum notice_state {
    NOTICE_WAITS,
    NOTICE_UNDER_WAY, /* whoever finds one that he did not begin does not know how it ended */
    NOTICE_GIVEN,
    NOTICE_FAILED,
    NOTICE_UNKNOWN,
};

enum { NOTICE_WAIT_MOST_MS = 60 * 60 * 1000 }; /* between two tries: what a server may ask for */

/* The next one that is due, not of the viewers; false: there is none. Texts belong to the
 * arena. */
bool store_next_notice(struct store *store, int64_t now_ms, struct arena *arena,
                       struct stored_notice *out);
/* The new state; next_ms: when it is due again, if it waits. Under way counts a try. */
bool store_notice_is(struct store *store, int64_t id, enum notice_state state, int64_t next_ms,
                     struct dx_error *err);
/* Those that another collector had under way: how many. They are unknown from now on. */
int64_t store_lost_notices(struct store *store, struct dx_error *err);

/* Viewers: the number of the last notice, 0 also where it cannot be read (store_failed()); those
 * behind one, oldest first, within a read. Texts belong to the arena. */
int64_t store_last_notice(struct store *store);
size_t store_notices_after(struct store *store, int64_t id, struct stored_notice *out, size_t cap,
                           struct arena *arena);
/* How many rules fire that are to be said in the terminal's title, and are not snoozed; none
 * where nobody looks at them. */
int64_t store_titled(struct store *store, int64_t now_ms);

/* ---- what people say of alerts ---- */

enum word_kind { WORD_SNOOZE = 1, WORD_CLAIM };
/* The wishes "snooze" and "claim" are "KEY\tUNTIL_MS\tWHO\tNOTE", of an open alert; WHO "": no
 * more. What became of one, for who wished: it waits; it was granted, and is the last word; or
 * neither, for the alert was over or somebody else spoke after it. */
enum word_fate { WORD_WAITS, WORD_STANDS, WORD_LOST };
bool store_word_fate(struct store *store, enum word_kind kind, const char *wish,
                     enum word_fate *fate, struct dx_error *err);

#endif
