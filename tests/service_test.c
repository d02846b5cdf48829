/* The collector as a service: what it tells the service manager, and what it can still do to
 * the machine. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "collect/confine.h"
#include "collect/kinds.h"
#include "run.h"

enum { PATIENCE_MS = 20000 };

TestSuite(service, .timeout = 60);
TestSuite(confine, .timeout = 60);

/* ---- notices ---- */

static int manager(const char *path, bool abstract)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));

    memcpy(at.sun_path, path, strlen(path));
    if (abstract)
        at.sun_path[0] = '\0';
    cr_assert_eq(bind(fd, (struct sockaddr *)&at, len), 0);
    setenv("NOTIFY_SOCKET", path, 1);
    return fd;
}

static char heard[256];

/* Wait for a notice that begins with words. */
static bool hears(int fd, const char *words)
{
    struct pollfd in = { .fd = fd, .events = POLLIN };
    ssize_t len;

    while (poll(&in, 1, PATIENCE_MS) == 1) {
        len = recv(fd, heard, sizeof(heard) - 1, 0);
        cr_assert_gt(len, 0);
        heard[len] = '\0';
        if (strncmp(heard, words, strlen(words)) == 0)
            return true;
    }
    return false;
}

static struct program collector(const char *dir)
{
    char *config, *state;
    struct program program;

    cr_assert(asprintf(&config, "%s/dxtop.yaml", dir) > 0 && asprintf(&state, "%s/state", dir) > 0);
    write_file(config, "title: of a test\n");
    program = program_start(
        (const char *[]){ "dxtop-collect", "--config", config, "--state", state, NULL });
    free(config);
    free(state);
    return program;
}

/* By itself: a program that a signal ended has no exit status, which reads as 0. */
static void ends_well(struct program *program)
{
    int status = program_end(program, SIGTERM);

    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", (unsigned)status);
}

static void tells(bool abstract)
{
    char *dir = test_dir(), path[128];
    struct program first, second;
    int fd;

    set_paths();
    snprintf(path, sizeof(path), abstract ? "@%s/notify" : "%s/notify", dir);
    fd = manager(path, abstract);
    first = collector(dir);
    cr_assert(hears(fd, "READY=1\nSTATUS=Collecting."));
    cr_assert(hears(fd, "WATCHDOG=1"));
    second = collector(dir);
    cr_assert(hears(fd, "READY=1\nSTATUS=Another one collects"));
    ends_well(&first);
    cr_assert(hears(fd, "STOPPING=1"));
    cr_assert(hears(fd, "READY=1\nSTATUS=Collecting."), "the one that waited took over");
    ends_well(&second);
    close(fd);
    free(dir);
}

Test(service, says_when_it_is_ready_alive_and_at_its_end)
{
    tells(false);
}

Test(service, speaks_to_an_abstract_name_as_well)
{
    tells(true);
}

/* It is up, or its start would be given up after some time; and it is not said that another one
 * collects. */
Test(service, says_that_somebody_writes_in_the_store)
{
    char *dir = test_dir(), path[256];
    struct program program;
    sqlite3 *db;
    glob_t found;
    int fd;

    set_paths();
    snprintf(path, sizeof(path), "%s/notify", dir);
    fd = manager(path, false);
    program = collector(dir);
    cr_assert(hears(fd, "READY=1\nSTATUS=Collecting."));
    ends_well(&program);
    snprintf(path, sizeof(path), "%s/state/*.db", dir);
    cr_assert_eq(glob(path, 0, NULL, &found), 0);
    cr_assert_eq(sqlite3_open(found.gl_pathv[0], &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    program = collector(dir);
    cr_assert(hears(fd, "READY=1\nSTATUS="));
    cr_expect_str_eq(heard, "READY=1\nSTATUS=Another program writes in the store; waiting for it.");
    cr_assert_eq(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
    cr_assert(hears(fd, "READY=1\nSTATUS=Collecting."));
    ends_well(&program);
    globfree(&found);
    close(fd);
    free(dir);
}

struct who {
    char pattern[256]; /* of the store */
    pid_t pid;
};

/* By what it wrote in the store. */
static bool collects(void *self)
{
    struct who *who = self;
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = NULL;
    pid_t pid = 0;
    glob_t found;

    if (glob(who->pattern, 0, NULL, &found) != 0)
        return false;
    if (sqlite3_open_v2(found.gl_pathv[0], &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'pid'", -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        pid = sqlite3_column_int(stmt, 0);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    globfree(&found);
    return pid == who->pid;
}

Test(service, nobody_listens_and_it_goes_on)
{
    char *dir = test_dir();
    struct program program;
    struct who who;

    set_paths();
    setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
    program = collector(dir);
    who.pid = program.pid;
    snprintf(who.pattern, sizeof(who.pattern), "%s/state/*.db", dir);
    cr_assert(wait_for(collects, &who, PATIENCE_MS));
    cr_assert_eq(waitpid(program.pid, NULL, WNOHANG), 0, "it ended");
    ends_well(&program);
    free(dir);
}

/* No viewer would look for it elsewhere; and it is tried again. */
Test(service, is_in_its_own_place_or_nowhere)
{
    const char *argv[] = { "sh", "-c", NULL, NULL };
    char *dir = test_dir(), command[512], runtime[128], *said;
    int status;

    set_paths();
    snprintf(runtime, sizeof(runtime), "%s/run", dir);
    cr_assert_eq(mkdir(runtime, 0700), 0);
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
    snprintf(command, sizeof(command), "%s/dxtop.yaml", dir);
    write_file(command, "title: of a test\n");
    snprintf(command, sizeof(command),
             "\"$DXTOP_BIN/dxtop-collect\" -c %s/dxtop.yaml --state /proc/dxtop --once 2>&1", dir);
    argv[2] = command;
    said = program_run(argv, &status);
    cr_expect_eq(status, 1);
    cr_expect(strstr(said, "the store's directory cannot be made (") != NULL, "%s", said);
    cr_expect_eq(rmdir(runtime), 0, "something lies there");
    free(said);
    free(dir);
}

/* ---- confinement ---- */

static int try_open(const char *dir, const char *name, int flags)
{
    char path[256];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    return fd >= 0 ? 0 : errno;
}

static int try_run(const char *program)
{
    execl(program, program, (char *)NULL);
    return errno;
}

/* Runs in a child: it is not undone. */
static int confined(const char *inside, const char *outside)
{
    const char *words;

    if (!confine(inside, &words))
        return 77;
    if (try_open(inside, "new", O_CREAT | O_WRONLY) != 0 || try_open(inside, "new", O_RDWR) != 0)
        return 1;
    if (try_open(outside, "old", O_RDONLY) != 0)
        return 2;
    if (try_open(outside, "old", O_WRONLY) != EACCES)
        return 3;
    if (try_open(outside, "new", O_CREAT | O_WRONLY) != EACCES)
        return 4;
    if (chdir(outside) != 0 || unlink("old") != -1 || errno != EACCES)
        return 5;
    return try_run("/bin/true") == EACCES ? 0 : 6;
}

Test(confine, writes_beside_the_store_only_and_runs_nothing)
{
    char *inside = test_dir(), *outside = test_dir(), old[256];
    int status;
    pid_t pid;

    snprintf(old, sizeof(old), "%s/old", outside);
    write_file(old, "as it was");
    pid = fork();
    if (pid == 0)
        _exit(confined(inside, outside));
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        cr_skip_test("this kernel has no Landlock, or a sanitizer writes reports");
    cr_assert_eq(WEXITSTATUS(status), 0, "step %d", WEXITSTATUS(status));
    free(inside);
    free(outside);
}

static bool has_commands(const char *source)
{
    struct config_kinds kinds = kinds_of_sources(), none = { 0 };
    struct buf complaints, text;
    struct config config;
    bool has;

    buf_init(&complaints, 4096);
    buf_init(&text, 4096);
    buf_print(&text, "sources:\n  - %s\n", source);
    cr_assert(config_load(&config, "t.yaml", text.bytes, &kinds, &none, &complaints), "%s",
              complaints.bytes);
    has = confine_has_commands(&config);
    config_done(&config);
    buf_done(&complaints);
    buf_done(&text);
    return has;
}

/* They need more than a collector does. */
Test(confine, not_where_the_configuration_has_commands)
{
    cr_expect_not(has_commands("{type: prometheus, url: 'https://p', token: {env: T}}"));
    cr_expect(has_commands("{type: prometheus, url: 'https://p', token: {command: [t]}}"));
    cr_expect(
        has_commands("{type: prometheus, url: 'https://p', user: u, password: {command: [t]}}"));
    cr_expect(has_commands(
        "{type: prometheus, url: 'https://p', headers: {X: {secret: {command: [t]}}}}"));
    cr_expect(has_commands("{type: exec, command: [t]}"));
    cr_expect_not(has_commands("{type: prometheus, url: 'https://p'}\n"
                               "notices: {a: {webhook: json, url: {env: U}}}"));
    cr_expect(has_commands("{type: prometheus, url: 'https://p'}\n"
                           "notices: {a: {command: [t]}}"));
    cr_expect(has_commands("{type: prometheus, url: 'https://p'}\n"
                           "notices: {a: {webhook: json, url: {command: [t]}}}"));
}
