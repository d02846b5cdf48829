/* watchdog: a panel that loops, or waits for something that does not come, is ended with a
 * word, not waited for. */
#include "config.h"

#include "panel/watchdog.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { WORK_MS = 5000, TICKS_MOST = 5, IDLE_MS = 100, EXIT_LOOP = 70 };

/* It ticks once a second. Ticks of a time in which we were stopped, or did not get a
 * processor, come as one, so that they count what a panel had and did not use. */
static struct {
    timer_t timer;
    volatile sig_atomic_t made, ticks, idle; /* idle: ticks of waiting since it did something */
    volatile sig_atomic_t aside;             /* in the store */
    struct timespec work, did;               /* processor time at the first tick, and then */
    long waits;                              /* that there were until the last tick */
    char name[64];                           /* complete before the timer is armed */
    struct timespec began, began_work, aside_since;
    int64_t aside_ns; /* of this callback, until aside_since */
    void (*hook)(void);
} dog;

void watchdog_on_bite(void (*hook)(void))
{
    dog.hook = hook;
}

static void say(const char *text)
{
    ssize_t n = write(STDERR_FILENO, text, strlen(text));

    (void)n;
}

static _Noreturn void bite(void)
{
    if (dog.hook)
        dog.hook();
    say("dxtop: the panel \"");
    say(dog.name);
    say("\" did not come back within 5 s; take it out of the configuration\n");
    _exit(EXIT_LOOP);
}

static int64_t ns_since(const struct timespec *then, const struct timespec *now)
{
    return (int64_t)(now->tv_sec - then->tv_sec) * 1000000000 + (now->tv_nsec - then->tv_nsec);
}

static int64_t ms_since(const struct timespec *then, const struct timespec *now)
{
    return ns_since(then, now) / 1000000;
}

/* Since the last tick? Who waits does so again behind each tick. One that others leave nearly
 * nothing of a processor does little, but is never the one to give it up. */
static bool has_waited(void)
{
    struct rusage usage;
    long before = dog.waits;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return true;
    dog.waits = usage.ru_nvcsw;
    return dog.waits != before;
}

/* A wait in the store is the disk's, however long: it is cold, or hangs, and the panel can
 * do nothing for it. What loops burns processor time, wherever it is. */
static void on_tick(int number)
{
    struct timespec work;

    (void)number;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &work);
    if (++dog.ticks == 1)
        dog.work = dog.did = work;
    if (has_waited())
        dog.idle++;
    if (dog.aside || ms_since(&dog.did, &work) >= IDLE_MS) {
        dog.idle = 0;
        dog.did = work;
    }
    if (ms_since(&dog.work, &work) >= WORK_MS - 1000 || dog.idle >= TICKS_MOST)
        bite();
}

static void arm(bool on)
{
    struct itimerspec when = { .it_value = { .tv_sec = on }, .it_interval = { .tv_sec = on } };

    dog.ticks = dog.idle = 0;
    if (dog.made)
        (void)timer_settime(dog.timer, 0, &when, NULL);
}

void watchdog_begin(const char *name)
{
    struct sigaction action = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM };
    size_t len = strlen(name);

    if (!dog.made) {
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGVTALRM, &action, NULL);
        dog.made = timer_create(CLOCK_MONOTONIC, &event, &dog.timer) == 0;
    }
    len = len < sizeof(dog.name) - 1 ? len : sizeof(dog.name) - 1;
    memcpy(dog.name, name, len);
    dog.name[len] = '\0';
    dog.aside_ns = 0;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &dog.began_work);
    (void)clock_gettime(CLOCK_MONOTONIC, &dog.began);
    arm(true);
}

void watchdog_aside(bool in_store)
{
    struct timespec now;

    dog.aside = in_store;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (in_store)
        dog.aside_since = now;
    else
        dog.aside_ns += ns_since(&dog.aside_since, &now);
}

int watchdog_end(void)
{
    struct timespec now, work;
    int64_t own_ms, worked_ms;

    arm(false);
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &work);
    own_ms = (ns_since(&dog.began, &now) - dog.aside_ns) / 1000000;
    worked_ms = ms_since(&dog.began_work, &work);
    return (int)(own_ms > worked_ms ? own_ms : worked_ms);
}
