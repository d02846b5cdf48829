/* moment: which moment is shown: now, one that the screen was frozen at, or one that was
 * stepped to. All numbers as of a past one are made anew, in slices between two events; until
 * they are there, what was shown before stays, and the first line says so. */
#ifndef APP_MOMENT_H
#define APP_MOMENT_H

#include "app/app.h"
#include "panel/host.h"

struct viewer;

/* By hours that are whole, so that people who look at the same one see the same; by days at
 * that hour of the clock that is shown, whatever change of it is between. Later than now is
 * live. */
void moment_step_hour(struct viewer *v, int by);
void moment_step_day(struct viewer *v, int by);
void moment_freeze(struct viewer *v); /* and back */
void moment_live(struct viewer *v);
/* Where hour by hour one comes from a moment; by: -1 or 1. At most now_ms: 0, which is live. */
int64_t moment_next_hour(int64_t at_ms, int by, int64_t now_ms);
int64_t moment_next_day(int64_t at_ms, int by, int64_t now_ms);

/* ---- week against week ---- */

void moment_week(struct viewer *v); /* on and off */
/* The moment that is compared with: seven days before the one that is shown; live in steps of
 * ten minutes. */
int64_t moment_week_before(const struct viewer *v);
/* Where it is read, until moment_before_end(); NULL: it is not asked for. */
const struct as_of *moment_before(struct viewer *v);
void moment_before_end(struct viewer *v);
/* For who reads once: all at once. */
bool moment_settle_week(struct viewer *v, struct dx_error *err);

/* Can the store be read for the moment? false: it is being worked on, and an update is wanted
 * when it can. */
bool moment_is_ready(struct viewer *v);
/* It is being worked on, and did not fail. */
bool moment_is_busy(const struct viewer *v);
/* What is shown could not be read as of its moment. */
bool moment_is_failed(const struct viewer *v);
/* What could not be read is tried again, also where the moment stays. */
void moment_again(struct viewer *v);
/* "as of Fri 20 Nov 14:00", within cols columns; "" while it is live. Returns out. */
const char *moment_text(const struct viewer *v, int cols, char *out, size_t cap);
void moment_init(struct viewer *v);
void moment_done(struct viewer *v);

/* For who reads once, within store_begin(): all at once. false: *err. */
bool moment_settle(struct app *app, int64_t now_ms, struct dx_error *err);
/* Was a moment asked for on the command line? */
bool moment_is_given(const struct app *app);
/* --now is of a time before that of the store's own numbers: nobody is polled for it. */
bool moment_is_past(const struct viewer *v);

#endif
