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
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
               "#!/bin/sh\ncd %s/state && env >environment.new && mv environment.new environment\n"
               "echo '{\"kind\": \"sample\", \"query\": \"q\", \"value\": 1}'\n",
               dir); /* every second: who reads it finds all of it */
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
        "  child: {command: [sh, -c, 'cd %s/state && env >told.new && mv told.new told']}\n"
        "rules: {up: {query: a/up, above: -1, notify: [hook, child, bell, osc9, title]}}\n",
        sim.url, sim.url, dir, sim.url, dir, dir, dir);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

TestSuite(secrets, .init = setup, .fini = teardown, .timeout = 300);

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

/* What the shells of this test wrote, by their umask. */
static bool is_childs(const char *name)
{
    static const char *const names[] = { "environment", "environment.new", "told", "told.new" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* What is kept: the store, its log, what the screen remembers, the log file. All of it is the
 * user's alone. */
static int clean_files(const char *path)
{
    DIR *open = opendir(path);
    struct dirent *entry;
    struct stat st;
    int files = 0;

    cr_assert_not_null(open);
    while ((entry = readdir(open))) {
        char name[600];

        snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (entry->d_type == DT_REG && stat(name, &st) == 0 && !is_childs(entry->d_name))
            cr_expect_eq(st.st_mode & 077, 0, "%s: %o", name, st.st_mode & 0777);
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

/* Who is not dumpable has its files in /proc owned by root, whoever runs it. */
static void cannot_be_looked_into(int pid)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    cr_assert_eq(stat(path, &st), 0);
    if (geteuid() != 0)
        cr_expect_eq(st.st_uid, 0, "%s is of user %d", path, (int)st.st_uid);
}

/* The part of /proc/PID/smaps about the memory with this address: is it left out of cores? */
static bool is_left_out(int pid, unsigned long address)
{
    char path[64], line[300];
    bool here = false, left_out = false;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
    file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    while (fgets(line, sizeof(line), file)) {
        unsigned long from, to;
        char flags;

        if (sscanf(line, "%lx-%lx %c", &from, &to, &flags) == 3)
            here = address >= from && address < to;
        else if (here && strncmp(line, "VmFlags:", 8) == 0)
            left_out = strstr(line, " dd") != NULL;
    }
    fclose(file);
    return left_out;
}

/* From the kernel's own account of where it put the environment: fields 50 and 51. */
static void environment_is_left_out(int pid)
{
    char path[64], *text, *at;
    unsigned long from = 0, to = 0;
    size_t len;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    len = read_all(path, &text);
    text[len < FILE_MOST ? len : FILE_MOST - 1] = '\0';
    at = strrchr(text, ')');
    for (int field = 2; at && field < 50; field++)
        at = strchr(at + 1, ' ');
    cr_assert(at && sscanf(at, "%lu %lu", &from, &to) == 2 && to > from, "%s", text);
    cr_expect(is_left_out(pid, from) && is_left_out(pid, to - 1));
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
    cr_assert(pty_shows(p, "Sources", PTY_PATIENCE_MS), "%s", pty_text(p));
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
    cannot_be_looked_into(pid);
    if (geteuid() == 0 || access("/proc/self/smaps", R_OK) == 0)
        environment_is_left_out(p->pid);
    len = read_all(in_dir("state/environment"), &text);
    cr_expect(memmem(text, len, "PATH=", 5), "the child saw its environment");
    free(text);
    pty_send(p, "q");
    cr_expect(pty_ended(p));
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

/* A viewer that crashes leaves a core where the user wants one; the environment that the
 * collector has its secrets from is not in it. The collector, and a check, leave none. */
#ifndef __SANITIZE_ADDRESS__ /* which switches cores off */
Test(secrets, of_a_core)
{
    char pattern[100] = "", state[300], core[300];
    const char *argv[] = { "dxtop", "-c", config, "--state", state, NULL };
    struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
    FILE *file = fopen("/proc/sys/kernel/core_pattern", "r");
    struct pty *p;
    pid_t viewer;
    int pid;

    cr_assert(file && fgets(pattern, sizeof(pattern), file) && fclose(file) == 0);
    if (strcspn(pattern, "|/%") != strlen(pattern) || setrlimit(RLIMIT_CORE, &all) != 0) {
        fprintf(stderr, "NOT RUN: a core: it would not lie here (%s)\n", pattern);
        return;
    }
    cr_assert_eq(chdir(dir), 0);
    snprintf(state, sizeof(state), "%s/state", dir);
    p = pty_start(argv, 50, 160, "xterm-256color");
    cr_assert(pty_shows(p, "Sources", PTY_PATIENCE_MS), "%s", pty_text(p));
    cr_assert(wait_for(has_environment, NULL, 20000)); /* it is at work */
    pid = collector();
    cr_assert_gt(pid, 0);
    kill(pid, SIGSEGV);
    pty_read(p, 500);
    pattern[strcspn(pattern, "\n")] = '\0';
    snprintf(core, sizeof(core), "%s/%s", dir, pattern);
    cr_expect(access(core, F_OK) != 0, "the collector left a core");
    viewer = p->pid;
    kill(viewer, SIGSEGV);
    cr_assert(pty_ended(p));
    if (access(core, F_OK) != 0) /* kernel.core_uses_pid */
        snprintf(core, sizeof(core), "%s/%s.%d", dir, pattern, (int)viewer);
    cr_expect(WIFSIGNALED(p->status) && WCOREDUMP(p->status), "%x", p->status);
    cr_expect_gt(clean_file(core), 100000, "%s", core);
    pty_free(p);
}
#endif

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
