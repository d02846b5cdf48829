/* Canaries in the place of every secret, and a search for them wherever something of the programs
 * can be seen: command lines, the environment of children, files, the terminal, all that is
 * printed. */
#include "config.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "pty.h"

/* The last is "dxtop:pass-CANARY" in Base64, as basic authentication has it. */
static const char *const canaries[] = { "CANARY", "ZHh0b3A6cGFzcy1DQU5BUl" };
enum { CANARIES = 2, FILE_MOST = 32 << 20 };

static char *dir, config[256], log_path[256];
static struct sim sim;

static char *in_dir(const char *name)
{
    static char path[300];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

static void setup(void)
{
    set_paths();
    dir = test_dir();
    sim = sim_start(NULL, NULL);
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(log_path, sizeof(log_path), "%s/state/log", dir);
    mkdir(in_dir("state"), 0700);
    write_file(in_dir("password"), "pass-CANARY\n");
    chmod(in_dir("password"), 0600);
    write_file(in_dir("key"), "#!/bin/sh\necho key-CANARY\n");
    chmod(in_dir("key"), 0700);
    write_file(in_dir("child"),
               "#!/bin/sh\nenv >%s/state/environment\n"
               "echo '{\"kind\": \"sample\", \"query\": \"q\", \"value\": 1}'\n",
               dir);
    chmod(in_dir("child"), 0700);
    setenv("DX_TOKEN", "tok-CANARY", 1);
    setenv("DX_HOOK", "http://127.0.0.1:1/hook-CANARY", 1); /* nobody takes it: that is logged */
    write_file(
        config,
        "title: acme\nsources:\n"
        "  - {type: github, url: %s/api/v3, org: acme, token: {env: DX_TOKEN}, history: 1h,\n"
        "     every: 1s}\n"
        "  - {type: prometheus, name: a, url: %s, every: 1s, history: 5m, queries: {up: up},\n"
        "     headers: {X-Key: {secret: {command: [%s/key]}}}}\n"
        "  - {type: prometheus, name: b, url: %s, every: 1s, history: 5m, queries: {up: up},\n"
        "     user: dxtop, password: {file: %s/password}}\n"
        "  - {type: exec, name: c, command: [%s/child], every: 1s}\n"
        "notices:\n"
        "  hook: {webhook: json, url: {env: DX_HOOK}}\n"
        "  child: {command: [sh, -c, 'env >%s/state/told']}\n"
        "rules: {up: {query: a/up, above: -1, notify: [hook, child, bell, osc9, title]}}\n",
        sim.url, sim.url, dir, sim.url, dir, dir, dir);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

TestSuite(secrets, .init = setup, .fini = teardown, .timeout = 200);

/* ---- where one looks ---- */

static void clean(const char *bytes, size_t len, const char *where)
{
    for (size_t i = 0; i < CANARIES; i++)
        cr_expect_null(memmem(bytes, len, canaries[i], strlen(canaries[i])), "\"%s\" in %s",
                       canaries[i], where);
}

static size_t read_all(const char *path, char **bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t n;

    *bytes = malloc(FILE_MOST);
    while (fd >= 0 && len < FILE_MOST && (n = read(fd, *bytes + len, FILE_MOST - len)) > 0)
        len += (size_t)n;
    if (fd >= 0)
        close(fd);
    return len;
}

static size_t clean_file(const char *path)
{
    char *bytes;
    size_t len = read_all(path, &bytes);

    clean(bytes, len, path);
    free(bytes);
    return len;
}

/* What is kept: the store, its log, what the screen remembers, the log file. */
static int clean_files(const char *path)
{
    DIR *open = opendir(path);
    struct dirent *entry;
    int files = 0;

    cr_assert_not_null(open);
    while ((entry = readdir(open))) {
        char name[600];

        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        files += entry->d_type == DT_REG && clean_file(name) > 0;
    }
    closedir(open);
    return files;
}

/* The collector that collects into our store; 0: none. */
static int collector(void)
{
    DIR *open = opendir("/proc");
    struct dirent *entry;
    int found = 0;

    while (!found && (entry = readdir(open))) {
        char path[300], *line;
        size_t len;

        snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
        if (atoi(entry->d_name) <= 0)
            continue;
        len = read_all(path, &line);
        if (memmem(line, len, "dxtop-collect", 13) && memmem(line, len, config, strlen(config)))
            found = atoi(entry->d_name);
        if (found)
            clean(line, len, "a command line");
        free(line);
    }
    closedir(open);
    return found;
}

static void cores_are_off(int pid)
{
    char path[64], *text;
    size_t len;

    snprintf(path, sizeof(path), "/proc/%d/limits", pid);
    len = read_all(path, &text);
    text[len < FILE_MOST ? len : FILE_MOST - 1] = '\0';
    cr_expect(strstr(text, "Max core file size        0                    0 "), "%s", text);
    free(text);
}

static bool has_environment(void *self)
{
    (void)self;
    return access(in_dir("state/environment"), R_OK) == 0;
}

static bool is_told(void *self) /* that a rule fires, by a command; the webhook failed before */
{
    (void)self;
    return access(in_dir("state/told"), R_OK) == 0;
}

/* ---- the tests ---- */

Test(secrets, of_a_dashboard_at_work)
{
    char state[300], *text;
    const char *argv[] = { "dxtop", "-c",     config,        "--state", state,
                           "--log", log_path, "--log-level", "debug",   NULL };
    struct pty *p;
    size_t len;
    int pid;

    snprintf(state, sizeof(state), "%s/state", dir);
    p = pty_start(argv, 50, 160, "xterm-256color");
    cr_assert(pty_shows(p, "Sources", 10000), "%s", pty_text(p));
    cr_assert(wait_for(has_environment, NULL, 20000));
    cr_assert(wait_for(is_told, NULL, 30000));
    for (const char *key = "123456789"; *key; key++) {
        char keys[] = { *key, '\r', '?', '\033', '\033', '\0' };

        pty_send(p, keys);
        pty_read(p, 200);
    }
    pid = collector();
    cr_assert_gt(pid, 0);
    cores_are_off(pid);
    len = read_all(in_dir("state/environment"), &text);
    cr_expect(memmem(text, len, "PATH=", 5), "the child saw its environment");
    free(text);
    pty_send(p, "q");
    cr_expect(pty_ended(p, 3000));
    clean(p->raw, p->raw_len, "the terminal");
    cr_expect_geq(clean_files(state), 4, "store, log and two environments");
    pty_free(p);
}

static void of_commands(const char *const *commands)
{
    for (; *commands; commands++) {
        char line[700];
        char *out;
        int code;

        snprintf(line, sizeof(line), "\"$DXTOP_BIN\"/dxtop %s -c %s --state %s/state 2>&1",
                 *commands, config, dir);
        out = program_run((const char *[]){ "/bin/sh", "-c", line, NULL }, &code);
        cr_expect(*out, "%s prints", *commands);
        clean(out, strlen(out), *commands);
        free(out);
    }
}

Test(secrets, of_all_that_is_printed)
{
    of_commands((const char *[]){ "once", "once --format text", "check", "check --format json",
                                  "export samples --poll", "export jobs --format csv",
                                  "screen --view Sources --size 200x60",
                                  "screen --view Sources --format html", NULL });
}

/* Refused ones, and such as cannot be had, are named and not shown. */
Test(secrets, that_are_refused)
{
    program_end(&sim.program, SIGTERM);
    sim = sim_start("--token", "another");
    write_file(
        config,
        "sources:\n"
        "  - {type: prometheus, name: a, url: %s, token: {env: DX_TOKEN}, queries: {up: up}}\n"
        "  - {type: github, name: b, url: %s/api/v3, org: acme, token: {file: %s/password}}\n"
        "  - {type: prometheus, name: c, url: %s, token: {command: [sh, -c, 'echo CANARY >&2;\n"
        "     exit 3']}, queries: {up: up}}\n",
        sim.url, sim.url, dir, sim.url);
    of_commands((const char *[]){ "once", "once --format text", "check", NULL });
    cr_expect_geq(clean_files(in_dir("state")), 1);
}
