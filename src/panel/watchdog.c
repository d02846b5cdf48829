/* watchdog: a panel that loops, or waits for something that does not come, is ended with a
 * word, not waited for. */
#include "config.h"

#include "panel/watchdog.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WORK_MS = 5000, TICKS_MOST = 5, IDLE_MS = 100, EXIT_LOOP = 70 };

/* It ticks once a second. Ticks of a time in which we were stopped, or did not get a
 * processor, come as one, so that they count what a panel had and did not use. */
static struct {
    timer_t timer;
    volatile sig_atomic_t made, ticks;
    struct timespec work; /* processor time at the first tick */
    char name[64];        /* complete before the timer is armed */
    struct timespec began;
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

static int64_t ms_since(const struct timespec *then, const struct timespec *now)
{
    return (int64_t)(now->tv_sec - then->tv_sec) * 1000 + (now->tv_nsec - then->tv_nsec) / 1000000;
}

static void on_tick(int number)
{
    struct timespec work;
    int64_t worked_ms;

    (void)number;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &work);
    if (++dog.ticks == 1)
        dog.work = work;
    worked_ms = ms_since(&dog.work, &work);
    if (worked_ms >= WORK_MS - 1000 || (dog.ticks >= TICKS_MOST && worked_ms < IDLE_MS))
        bite();
}

static void arm(bool on)
{
    struct itimerspec when = { .it_value = { .tv_sec = on }, .it_interval = { .tv_sec = on } };

    dog.ticks = 0;
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
    (void)clock_gettime(CLOCK_MONOTONIC, &dog.began);
    arm(true);
}

int watchdog_end(void)
{
    struct timespec now;

    arm(false);
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)ms_since(&dog.began, &now);
}
