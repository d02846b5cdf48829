/* wishes: viewers' wishes in the collector's loop. */
#include "config.h"

#include "collect/wishes.h"

#include <inttypes.h>

#include "core/log.h"

enum { AT_ONCE = 100 }; /* whoever writes on and on: the loop has other work */

/* The oldest one; *left: there was one. */
static bool grant_one(struct wishes *wishes, bool *left, struct dx_error *err)
{
    struct dx_error refused = { .fault = DX_FAULT_NONE };
    struct wish wish;

    *left = false;
    if (!store_next_wish(wishes->store, &wish, err))
        return false;
    *left = wish.id > 0;
    if (!*left)
        return true;
    if (!store_grant_wish(wishes->store, &wish, clock_now(wishes->clock), &refused, err))
        return false;
    log_line(DX_LOG_DEBUG, "a viewer wishes: %s %s", wish.what, wish.arg);
    if (refused.fault != DX_FAULT_NONE)
        wishes->warn(wishes->self, &refused);
    else
        wishes->granted(wishes->self, &wish);
    return true;
}

enum bell_found wishes_look(struct wishes *wishes)
{
    int64_t version = store_data_version(wishes->store);
    struct dx_error err = { .fault = DX_FAULT_NONE };
    bool ok = true, left = true;

    if (version == -1) /* there is nothing to read now */
        return BELL_LEFT;
    if (version == wishes->version)
        return BELL_NOTHING;
    for (int i = 0; ok && left && i < AT_ONCE; i++)
        ok = grant_one(wishes, &left, &err);
    /* Only what is done with is not looked at again before somebody writes. */
    wishes->version = ok && !left ? version : 0;
    if (!ok && !wishes->failed)
        wishes->warn(wishes->self, &err);
    wishes->failed = !ok;
    return ok && !left ? BELL_SOMETHING : BELL_LEFT;
}
