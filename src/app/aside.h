/* aside: what is read of the store is written to a temporary file first: a pager
 * that waits must not keep the store's reader open, and with it everything that
 * the collector writes meanwhile. */
#ifndef APP_ASIDE_H
#define APP_ASIDE_H

#include <stdio.h>

#include "app/app.h"
#include "app/redact.h"

struct aside {
    FILE *file;
    struct reader reader; /* of the store, with aliases where names are to be hidden */
    struct redact redact;
    int64_t now_ms; /* of what is read */
};

/* Open the store for now, and the file. false: stderr says why. */
bool aside_open(struct aside *aside, struct app *app);
/* It was read: copy the file and close it. false: not all could be read, written or copied;
 * stderr says so where it is the store's fault or the file's. */
bool aside_print(struct aside *aside, struct app *app, FILE *to);

/* Says why what was printed there did not arrive. */
void output_lost(FILE *to, int why);

#endif
