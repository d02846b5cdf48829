/* past: all derived numbers as of a past moment, made by the code that makes those of now,
 * from what is known by now: what happened after the moment has not happened yet. For who
 * only reads the store; the rows are in tables of its own (store/past.h). */
#ifndef DERIVE_PAST_H
#define DERIVE_PAST_H

#include "derive/derive_kpi.h"

struct past;

/* Numbers are of whole minutes. */
int64_t past_minute(int64_t at_ms);
/* Do the numbers have to be made anew for this moment? false: it is that of the store's own. Where
 * nobody has collected for a while those are of the time when somebody did, which live screens
 * show as they are; later_too: that is no answer. */
bool past_is_needed(struct store *store, int64_t at_ms, bool later_too);

/* settings has to stay. Nothing is read yet. */
struct past *past_new(struct store *store, const struct kpi_settings *settings, int64_t at_ms);
void past_free(struct past *past); /* the store keeps what was made */
/* Within store_begin(): work until the boot time. false: *err. */
bool past_slice(struct past *past, int64_t until_ms, struct dx_error *err);
bool past_is_done(const struct past *past);
double past_progress(const struct past *past); /* 0 to 1 */

#endif
