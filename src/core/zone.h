/* zone: a time zone as a table of its offsets, so that local time and instants are
 * one subtraction apart, in any zone, whatever the process's own is.
 *
 * Local times are ms since 1970-01-01 00:00 by the clock on the wall: those of a UTC
 * clock that shows the same. */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include <stddef.h>

#include <dxtop/record.h>

struct zone_span {          /* of the same offset, until the next one begins */
    int64_t from_ms;        /* the instant; INT64_MIN: the first */
    int64_t offset_ms;      /* local - UTC */
    int64_t local_until_ms; /* what the clock would show at its end; INT64_MAX: the last */
};

/* By time, at least one. Exact from 1990 to 2070; beyond, the offsets of these years hold. */
struct zone {
    struct zone_span *spans;
    size_t count;
};

/* name: of the IANA database, like Europe/Berlin; "UTC", which needs no database; "": that
 * of the process (TZ, /etc/localtime). The first time that it is asked for a name of the
 * database it changes TZ for as long as it runs, some milliseconds, and other threads may
 * not look at the environment then; the table is kept, and later it is a copy. false: there
 * is no such zone, or no database; *err names a near one. */
bool zone_open(struct zone *zone, const char *name, struct dx_error *err);
/* The same for as long as the process runs, without a copy: for who asks often. What is not
 * there at first stays so. NULL: there is none; not for "". */
const struct zone *zone_named(const char *name);
void zone_done(struct zone *zone);
/* Is there one? That is all that zone_open() can fail for. */
bool zone_check(const char *name, struct dx_error *err);

int64_t zone_local(const struct zone *zone, int64_t instant_ms);
/* The first instant at which the clock shows this time or a later one: of a time that
 * occurs twice the first, for one that is skipped the instant after the gap. For times in their
 * order: *at is 0 at first, and moves on. */
int64_t zone_instant_next(const struct zone *zone, int64_t local_ms, size_t *at);

#endif
