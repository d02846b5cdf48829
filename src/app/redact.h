/* redact: what is private is not shown: people, branches and titles have aliases, which
 * stay the same in a store. All that is read passes here, so the screen, what is saved of it
 * and what is copied have them alike; pools, pipelines, jobs and numbers stay. */
#ifndef APP_REDACT_H
#define APP_REDACT_H

#include "core/alias.h"
#include "model/rows.h"
#include "store/store.h"

struct redact {
    struct reader from;
    struct alias_key key;
    bool has_key;
    bool tells_keys; /* keys are written, too, not only looked up by */
};

/* A reader of the same rows with aliases; redact has to stay as long as it is used. The key is
 * the store's; of a store that has none yet it lasts as long as the program. */
struct reader redact_reader(struct redact *redact, struct store *store, const struct reader *from);
/* {user="bob", n="1"}, or a text with such labels in it, without the values that name people and
 * branches. The caller frees it. */
char *redact_labels(const struct redact *redact, const char *text);
/* That of the store; with aliases only where names are hidden. */
struct reader redact_store(struct redact *redact, struct store *store, bool hide);

#endif
