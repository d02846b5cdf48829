#include "config.h"

#include "collect_kit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/kinds.h"
#include "tests/where.h"

struct collector collector;

void collector_start(void)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("DXTOP_PATTERNS", SRC_DIR "/data/failure_patterns.tsv", 1);
    kit_init();
    collector.loop = ev_loop_new(EVFLAG_AUTO);
    for (int i = 0; i < 2; i++)
        collector.server[i] = server_new(collector.loop);
    collector.clock =
        (struct clock){ .simulated = true, .start_ms = T0, .boot_ms = time_boot_ms() };
    snprintf(collector.out, sizeof(collector.out), "%s/out", kit.dir);
    collector.in = -1;
}

void collector_stop(void)
{
    config_done(&collector.config);
    for (int i = 0; i < 2; i++)
        server_free(collector.server[i]);
    if (collector.in >= 0)
        close(collector.in);
    ev_loop_destroy(collector.loop);
    kit_done();
}

void collector_load(const char *text)
{
    struct config_kinds kinds = kinds_of_sources(), none = { 0 };
    struct buf complaints;

    buf_init(&complaints, 4096);
    config_load(&collector.config, "collector.yaml", text, &kinds, &none, &complaints);
    cr_assert_eq(complaints.len, 0, "%s", complaints.bytes);
    buf_done(&complaints);
}

void collector_sources(int count, const char *more)
{
    char text[1024], *at = text;

    at += sprintf(at, "sources:\n");
    for (int i = 0; i < count; i++)
        at += sprintf(at, "  - {type: alertmanager, name: %c, url: '%s', every: 10s%s}\n", 'a' + i,
                      server_url(collector.server[i]), more);
    collector_load(text);
}

/* ---- the child ---- */

void child_start(int (*run)(void *self), void *self)
{
    int ends[2];

    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    fflush(NULL);
    collector.pid = fork();
    cr_assert_geq(collector.pid, 0);
    if (collector.pid == 0) {
        int out = open(collector.out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        dup2(ends[0], STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        close(ends[1]);
        _exit(run(self));
    }
    close(ends[0]);
    collector.in = ends[1];
}

static void on_look(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)timer;
    (void)revents;
    ev_break(loop, EVBREAK_ALL);
}

bool child_ended(double seconds)
{
    ev_tstamp end = ev_time() + seconds;
    ev_timer look;
    pid_t pid = 0;

    ev_timer_init(&look, on_look, 0.01, 0.01);
    ev_timer_start(collector.loop, &look);
    while ((pid = waitpid(collector.pid, &collector.status, WNOHANG)) == 0 && ev_time() < end)
        ev_run(collector.loop, 0);
    ev_timer_stop(collector.loop, &look);
    return pid == collector.pid;
}

int child_code(void)
{
    bool ended = child_ended(30.);

    if (!ended)
        kill(collector.pid, SIGKILL);
    cr_assert(ended, "it did not end");
    cr_assert(WIFEXITED(collector.status), "signal %d", WTERMSIG(collector.status));
    return WEXITSTATUS(collector.status);
}

const char *child_printed(void)
{
    static char text[16 << 10];
    FILE *file = fopen(collector.out, "r");

    cr_assert(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}
