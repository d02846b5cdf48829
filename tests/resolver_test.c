#include "config.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "core/time.h"

/* The resolver of this program: names in "stall" never get an answer (glibc gives
 * up after some 10 s when its name servers are silent). */
__attribute__((visibility("default"))) int getaddrinfo(const char *node, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **out)
{
    int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (node && strstr(node, "stall")) {
        nanosleep(&(struct timespec){ .tv_sec = 8 }, NULL);
        return EAI_AGAIN;
    }
    *(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
    return next(node, service, hints, out);
}

TestSuite(resolver, .init = client_start, .fini = client_stop, .timeout = 30);

static void run_for(double seconds)
{
    int64_t until = time_boot_ms() + (int64_t)(seconds * 1e3);

    while (time_boot_ms() < until)
        ev_run(client.loop, EVRUN_NOWAIT);
}

Test(resolver, that_is_silent_ends_at_the_deadline)
{
    client.endpoint.connect_timeout_ms = 300;
    client.endpoint.timeout_ms = 6000;
    const struct got *got = client_get("https://stall.example", "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect_str_eq(got->error.text, "no connection to stall.example within 0.3 s");
    cr_expect_lt(got->latency_ms, 4500, "%lld",
                 (long long)got->latency_ms); /* not at that of 6 s */
}

/* How long others had the processor when this thread could have gone on, in ms; 0: the kernel does
 * not say. */
static int64_t kept_waiting_ms(void)
{
    FILE *file = fopen("/proc/thread-self/schedstat", "r");
    long long ran_ns, waited_ns = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%lld %lld", &ran_ns, &waited_ns) != 2)
        waited_ns = 0;
    (void)fclose(file);
    return waited_ns / 1000000;
}

static bool are_done(const struct got *got, size_t n)
{
    while (n > 0 && got[n - 1].done)
        n--;
    return n == 0;
}

/* The longest that the loop was away from other work, in ms, from the first request to behind
 * its deadline. */
static int64_t longest_callback(void)
{
    struct got got[3];
    int64_t longest = 0, until = time_boot_ms() + 500;

    for (int i = 0; i < 3; i++)
        client_begin(&got[i], i == 2 ? "https://stall-too.example" : "https://stall.example", "/");
    while (time_boot_ms() < until || (!are_done(got, 3) && time_boot_ms() < until + 10000)) {
        int64_t before = time_boot_ms() - kept_waiting_ms(), took;

        ev_run(client.loop, EVRUN_NOWAIT);
        took = time_boot_ms() - kept_waiting_ms() - before;
        longest = took > longest ? took : longest;
    }
    for (int i = 0; i < 3; i++) {
        cr_expect(got[i].done);
        client_done(&got[i]);
    }
    return longest;
}

/* The best of some: others work on the machine too. */
Test(resolver, that_is_silent_holds_up_no_callback)
{
    int64_t best = INT64_MAX;

    client.endpoint.connect_timeout_ms = 300;
    for (int i = 0; i < 5 && best >= 50; i++) {
        int64_t longest = longest_callback();

        best = longest < best ? longest : best;
    }
    cr_expect_lt(best, 50, "%lld ms", (long long)best);
}

/* Others work on the machine too: who waited for the resolver would be held up for all the seconds
 * that it is silent. */
Test(resolver, that_is_silent_does_not_hold_up_who_gives_up)
{
    enum { AT_ONCE_MS = 2000 };
    struct got got[3];
    int64_t begin;

    struct http_call *call = client_begin(&got[0], "https://stall.example", "/");
    client_begin(&got[1], "https://stall.example", "/");
    client_begin(&got[2], "https://stall-too.example", "/");
    run_for(0.1); /* the threads are in there now */
    begin = time_boot_ms();
    http_cancel(call);
    cr_expect_leq(time_boot_ms() - begin, AT_ONCE_MS, "cancel took %lld ms",
                  (long long)(time_boot_ms() - begin));
    begin = time_boot_ms();
    http_free(client.http);
    client.http = NULL;
    cr_expect_leq(time_boot_ms() - begin, AT_ONCE_MS, "free took %lld ms",
                  (long long)(time_boot_ms() - begin));
    cr_expect_not(got[0].done || got[1].done || got[2].done);
}

Test(resolver, that_knows_no_such_name_says_so)
{
    client.endpoint.timeout_ms = client.endpoint.connect_timeout_ms = 9000;
    const struct got *got = client_get("http://name.invalid", "/");
    cr_expect_str_eq(got->error.text, "no address for the name name.invalid");
}
