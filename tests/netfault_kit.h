/* netfault_kit: one source of any kind polls the simulated company through a proxy that lets
 * things go wrong. The clock stands, and goes on to where the next poll is due. */
#ifndef TESTS_NETFAULT_KIT_H
#define TESTS_NETFAULT_KIT_H

#include "proxy.h"
#include "store_kit.h"

enum { NETFAULT_LATE_MS = 10000 };

/* What the store says of the source. */
struct standing {
    int state, fault;
    int64_t last_ok_ms, next_ms, skew_ms;
    char text[256];
};

extern struct proxy proxy;

/* The simulated company for all of a test. */
void netfault_start(void); /* for .init */
void netfault_stop(void);  /* for .fini */
/* A store of its own for this kind ("github"), which was polled until nothing new came. */
void netfault_source(const char *type);
extern const char *const netfault_types[]; /* ends at NULL */
/* The clock of the sources that come is so far ahead of the servers'; all_of: their history. */
void netfault_clock(long ahead_s, const char *all_of);

/* A poll from begin to end at the time where it is due; the requests that it took. */
unsigned netfault_poll(void);
/* Let the clock run so many times as fast, for so many real seconds: polls come by themselves. */
void netfault_run(double speed, double seconds);
extern unsigned netfault_usual; /* at most so many where all goes well */
void netfault_deadline(int ms); /* of the requests from now on */
struct standing netfault_standing(void);
long netfault_records(void); /* runs, open tickets, alerts and samples in the store */
int64_t netfault_now_ms(void);
const char *netfault_log(void);

/* No control, no markup, no secret, not half a page. */
void netfault_is_sentence(const char *text, const char *where);
/* All is well again, and the next poll says so; nothing went away. */
void netfault_recovers(const char *type, const char *what);

#endif
