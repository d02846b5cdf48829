/* demo: the simulated platform on loopback, and the normal program against it. */
#include "config.h"

#include "app/demo.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/collector.h"
#include "core/mem.h"

enum { START_MS = 5000 };

/* The demo's configuration is also the example in the manual: all systems of the
 * simulated company, on the built-in views. Each %s is where it listens. */
#define MADE_BY "# made by `dxtop demo`"
static const char configuration[] = MADE_BY
    "; take it as a start for your own\n"
    "title: acme platform\n"
    "sources:\n"
    "  - {type: github, url: %s/api/v3, org: acme, logs: yes, reviews: yes, history: 8d, every: "
    "15s}\n"
    "  - {type: gitlab, url: %s/gitlab, group: acme, logs: yes, reviews: yes, history: 8d, every: "
    "15s}\n"
    "  - {type: jenkins, url: %s/jenkins, logs: yes, history: 8d, every: 15s}\n"
    "  - {type: azure, url: %s/azure, logs: yes, history: 8d, every: 15s}\n"
    "  - {type: jira, url: %s/jira, pauses: ['10003'], every: 15s}\n"
    "  - {type: servicenow, url: %s/snow, every: 15s}\n"
    "  - type: prometheus\n"
    "    url: %s\n"
    "    every: 15s\n"
    "    history: 24h\n"
    "    alerts: no # the Alertmanager has them, with what is silenced\n"
    "    queries:\n"
    "      waiting: {query: 'sum by (pool) (ci_jobs_waiting)', unit: count, step: 60s}\n"
    "      wait p95: {query: 'max by (pool) (ci_queue_wait_seconds_p95)', unit: seconds, step: "
    "60s}\n"
    "      busy share: {query: 'sum by (pool) (ci_runner_busy) / sum by (pool) "
    "(ci_runner_capacity)', unit: ratio, step: 60s}\n"
    "  - {type: alertmanager, url: %s, every: 15s}\n"
    "calendar: {hours: {mon-sun: 00:00-24:00}} # its company is at work whenever you look; yours\n"
    "  # may be: {zone: Europe/Berlin, hours: {mon-fri: 09:00-17:00}}\n"
    "targets:\n"
    "  duration: 20m\n"
    "  flaky: 8\n"
    "  open_tickets: 50\n"
    "  first_response: 4h\n"
    "  mttr: 4d\n"
    "rules: # listed in the view Alerts; none rings: that takes `bell` in its `notify`\n"
    "  no runner: {pool: '*', value: runners, below: 1, for: 2m, severity: critical, notify: "
    "title}\n"
    "  long queues: {kpi: queue_p95, above: 10m, for: 5m, recover: 8m}\n"
    "  platform: {kpi: platform_success, below: 97%%, for: 15m, recover: 98%%}\n";

struct demo {
    char *dir;
    bool ours; /* the directory is removed at the end */
    pid_t sim;
    struct spawn ends;
    char url[128];
};

/* Whenever somebody looks, it is Wednesday half past two in the company's offices:
 * by night and on Sundays little would be seen. */
static int64_t ahead_of(int64_t now_ms)
{
    const int64_t wanted_ms = 6 * DAY_MS + 14 * HOUR_MS + HOUR_MS / 2; /* since a Thursday */

    return (wanted_ms - now_ms % WEEK_MS + WEEK_MS) % WEEK_MS;
}

/* The simulated platform's first line says where it listens. */
static bool read_line(int fd, char *line, size_t cap, struct dx_error *err)
{
    size_t len = 0;
    struct pollfd wait = { .fd = fd, .events = POLLIN };

    while (len + 1 < cap && (len == 0 || line[len - 1] != '\n')) {
        if (poll(&wait, 1, START_MS) <= 0)
            return dx_fail(err, DX_FAULT_SYSTEM, "the simulated platform did not start within %d s",
                           START_MS / 1000);
        ssize_t n = read(fd, line + len, cap - 1 - len);
        if (n <= 0)
            return dx_fail(err, DX_FAULT_SYSTEM, "the simulated platform ended at once");
        len += (size_t)n;
    }
    line[len] = '\0';
    return true;
}

static bool start_sim(struct demo *demo, struct app *app, struct dx_error *err)
{
    const struct arguments *args = &app->arguments;
    char seed[64], line[512];
    /* Its GitLab and GitHub are the company's own: the one without a limit, for at that of
     * gitlab.com the first minutes would show a part; the other with one that a poll every quarter
     * of a minute stays below. Calm: what goes wrong stands out from days on which little does. */
    char *argv[10] = { app->paths.sim,
                       mem_text("--port=0"),
                       mem_text("--until-stdin"),
                       mem_text("--gitlab-limit=0"),
                       mem_text("--rate-limit=60000"),
                       mem_text("--calm"),
                       NULL };
    size_t n = 6;
    json_t *said;

    if (!*args->common.clock && !*args->common.now)
        argv[n++] = mem_print("--ahead=%" PRId64 "s", ahead_of(clock_now(&app->clock)) / 1000);

    if (*args->seed) {
        (void)snprintf(seed, sizeof(seed), "--seed=%s", args->seed);
        argv[n++] = mem_text(seed);
    }
    if (*args->common.clock)
        argv[n++] = mem_print("--clock=%s", args->common.clock);
    if (*args->common.now)
        argv[n++] = mem_print("--now=%s", args->common.now);
    demo->sim = spawn_child(argv, &demo->ends, true, err);
    while (n > 1)
        free(argv[--n]);
    if (demo->sim == 0 || !read_line(demo->ends.out, line, sizeof(line), err))
        return false;
    said = json_loads(line, 0, NULL);
    (void)snprintf(demo->url, sizeof(demo->url), "http://127.0.0.1:%lld",
                   (long long)json_integer_value(json_object_get(said, "port")));
    json_decref(said);
    return true;
}

static bool make_dir(struct demo *demo, const char *state, struct dx_error *err)
{
    const char *tmp = getenv("TMPDIR");

    if (*state) {
        demo->dir = mem_text(state);
        if (mkdir(state, 0700) != 0 && errno != EEXIST)
            return dx_fail(err, DX_FAULT_SYSTEM, "cannot make %s: %s", state, strerror(errno));
        return true;
    }
    demo->dir = mem_print("%s/dxtop-demo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    demo->ours = true;
    return mkdtemp(demo->dir) ||
           dx_fail(err, DX_FAULT_SYSTEM, "cannot make %s: %s", demo->dir, strerror(errno));
}

void demo_print_config(const char *url, FILE *out)
{
    (void)fprintf(out, configuration, url, url, url, url, url, url, url, url);
}

/* A directory that is named may have somebody's own in it. */
static bool is_free(const char *path)
{
    char first[sizeof(MADE_BY)] = "";
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return access(path, F_OK) != 0;
    n = fread(first, 1, sizeof(MADE_BY) - 1, file);
    (void)fclose(file);
    return n == 0 || strcmp(first, MADE_BY) == 0;
}

static bool write_config(const struct demo *demo, const char *path, struct dx_error *err)
{
    FILE *file;

    if (!is_free(path))
        return dx_fail(err, DX_FAULT_CONFIG,
                       "%.160s is none of a demo, and stays: choose another --state", path);
    file = fopen(path, "we");
    if (!file)
        return dx_fail(err, DX_FAULT_SYSTEM, "cannot write %s: %s", path, strerror(errno));
    demo_print_config(demo->url, file);
    return fclose(file) == 0 ||
           dx_fail(err, DX_FAULT_SYSTEM, "cannot write %s: %s", path, strerror(errno));
}

/* Everything in the directory is ours: the configuration and the store's files. */
static void remove_dir(const char *dir)
{
    char *argv[] = { mem_text("/bin/rm"), mem_text("-rf"), mem_text("--"), mem_text(dir), NULL };

    (void)app_run(argv);
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
}

static void stop_sim(struct demo *demo)
{
    if (demo->sim <= 0)
        return;
    (void)close(demo->ends.in);
    (void)close(demo->ends.out);
    (void)close(demo->ends.err);
    while (waitpid(demo->sim, NULL, 0) < 0 && errno == EINTR)
        ;
}

int demo_run(struct app *app, int (*view)(struct app *app))
{
    struct demo demo = { 0 };
    struct dx_error err = { 0 };
    char *path = NULL;
    int status = EXIT_FAILED;

    if (make_dir(&demo, app->arguments.common.state, &err) && start_sim(&demo, app, &err)) {
        path = mem_print("%s/dxtop.yaml", demo.dir);
        app->arguments.common.config = path;
        app->arguments.common.state = demo.dir;
        if (write_config(&demo, path, &err) && app_load(app))
            status = view(app);
    }
    if (err.fault != DX_FAULT_NONE)
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
    stop_sim(&demo);
    if (demo.ours)
        remove_dir(demo.dir);
    app->arguments.common.config = app->arguments.common.state = "";
    free(path);
    free(demo.dir);
    return status;
}
