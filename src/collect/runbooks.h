/* runbooks: the Markdown files of a folder go into the store, where they are searched. */
#ifndef COLLECT_RUNBOOKS_H
#define COLLECT_RUNBOOKS_H

#include "store/store.h"

/* Look through the folder (hidden names and links left out, 8 levels deep) and read what is new or
 * changed, some files at a time. *more: call again soon. false: *err is for the log; what is in the
 * store stays. */
bool runbooks_read(struct store *store, const char *folder, bool *more, struct dx_error *err);

/* Whether the folder can be looked through. */
bool runbooks_check(const char *folder, struct dx_error *err);

#endif
