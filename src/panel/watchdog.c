/* watchdog: a panel that loops is ended with a word, not waited for. */
#include "config.h"

#include "panel/watchdog.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_S = 5, EXIT_LOOP = 70 };

static struct {
    timer_t timer;
    volatile sig_atomic_t made;
    char name[64]; /* complete before the timer is armed */
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

static void on_timer(int number)
{
    (void)number;
    if (dog.hook)
        dog.hook();
    say("dxtop: the panel \"");
    say(dog.name);
    say("\" did not come back within 5 s; take it out of the configuration\n");
    _exit(EXIT_LOOP);
}

static void arm(int seconds)
{
    struct itimerspec when = { .it_value = { .tv_sec = seconds } };

    if (dog.made)
        (void)timer_settime(dog.timer, 0, &when, NULL);
}

void watchdog_begin(const char *name)
{
    struct sigaction action = { .sa_handler = on_timer };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM };
    size_t len = strlen(name);

    if (!dog.made) {
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGVTALRM, &action, NULL);
        dog.made = timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &dog.timer) == 0;
    }
    len = len < sizeof(dog.name) - 1 ? len : sizeof(dog.name) - 1;
    memcpy(dog.name, name, len);
    dog.name[len] = '\0';
    (void)clock_gettime(CLOCK_MONOTONIC, &dog.began);
    arm(LIMIT_S);
}

int watchdog_end(void)
{
    struct timespec now;

    arm(0);
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)((now.tv_sec - dog.began.tv_sec) * 1000 +
                 (now.tv_nsec - dog.began.tv_nsec) / 1000000);
}
