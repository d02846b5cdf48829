/* Somebody opens the store with a shell, begins to write in it and goes for a coffee. */
#include "config.h"

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../run.h"
#include "pty.h"

static char *dir, config[256], store[300];
static struct sim sim;
static pid_t shell;

static void setup(void)
{
    set_paths();
    dir = test_dir();
    sim = sim_start(NULL, NULL);
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(store, sizeof(store), "%s/acme.db", dir);
    write_file(config,
               "store: %s\n"
               "sources:\n"
               "  - {type: prometheus, url: '%s', every: 1s, history: 1h, alerts: no,\n"
               "     queries: {waiting: {query: 'sum by (pool) (ci_jobs_waiting)', step: 60s}}}\n"
               "  - {type: alertmanager, url: '%s', every: 1s}\n"
               "views: [{name: One, rows: [{panels: [{panel: metric, query: waiting}, sources]},\n"
               "  {panels: [log]}]}]\n",
               store, sim.url, sim.url);
}

static void let_go(void)
{
    if (shell > 0) {
        kill(shell, SIGKILL);
        waitpid(shell, NULL, 0);
    }
    shell = 0;
}

static void teardown(void)
{
    let_go();
    program_end(&sim.program, SIGTERM);
    free(dir);
}

TestSuite(held, .init = setup, .fini = teardown, .timeout = 300);

static void hold(void)
{
    int ends[2];
    char byte;

    cr_assert_eq(pipe(ends), 0);
    shell = fork();
    if (shell == 0) {
        sqlite3 *db = NULL;

        prctl(PR_SET_NAME, "coffee");
        if (sqlite3_open(store, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
            sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
            write(ends[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    close(ends[0]);
}

/* Who collects, by what it wrote in the store. */
static int64_t collector(void)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = NULL;
    int64_t pid = 0;

    cr_assert_eq(sqlite3_open_v2(store, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'pid'", -1, &stmt, NULL) ==
            SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        pid = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return pid;
}

Test(held, a_shell_that_writes_for_long_is_named_and_waited_for)
{
    const char *argv[] = { "dxtop", "-c", config, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");
    char said[80];
    int64_t pid;

    SHOWS_IN(p, "2 of 2 live", 20000);
    SHOWS(p, "linux-xl");
    pid = collector();
    hold();
    snprintf(said, sizeof(said), "coffee (process %d) writes in the store", (int)shell);
    SHOWS_IN(p, said, 20000);
    SHOWS(p, "stale");
    SHOWS_IN(p, "linux-xl", 1000);
    let_go();
    LACKS(p, said);
    snprintf(said, sizeof(said), "coffee (process");
    SHOWS(p, said); /* in the log */
    SHOWS(p, "2 of 2 live");
    LACKS(p, "stale");
    cr_expect_eq(collector(), pid, "nobody had to take over");
    pty_quit(p, "q");
}

static bool collects(const struct program *program, int ms)
{
    for (int i = 0; i < ms / 20 && (access(store, F_OK) != 0 || collector() != program->pid); i++)
        usleep(20000);
    return collector() == program->pid;
}

static void expect_ends(struct program *program)
{
    int status = program_end(program, SIGTERM);

    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", (unsigned)status);
}

/* It ends when it is told to, however long the shell stays; and the next one begins when it can. */
Test(held, a_collector_that_waits_can_be_ended_and_begun)
{
    const char *argv[] = { "dxtop-collect", "-c", config, NULL };
    struct program program = program_start(argv);

    cr_assert(collects(&program, PTY_PATIENCE_MS));
    hold();
    usleep(6500000); /* five seconds it is stuck in SQLite, the first time */
    expect_ends(&program);
    program = program_start(argv);
    usleep(500000);
    let_go();
    cr_expect(collects(&program, PTY_PATIENCE_MS));
    expect_ends(&program);
}

/* Nobody else collects, so that is not what a round says. */
Test(held, a_round_says_who_writes)
{
    char command[600], said[80];
    const char *argv[] = { "dxtop-collect", "-c", config, NULL };
    const char *round[] = { "sh", "-c", command, NULL };
    struct program program = program_start(argv);
    char *words;
    int status;

    cr_assert(collects(&program, PTY_PATIENCE_MS));
    expect_ends(&program);
    hold();
    snprintf(command, sizeof(command), "\"$DXTOP_BIN/dxtop-collect\" -c %s --once 2>&1", config);
    words = program_run(round, &status);
    cr_expect_eq(status, 1);
    snprintf(said, sizeof(said), "coffee (process %d) writes in ", (int)shell);
    cr_expect(strstr(words, said), "%s", words);
    free(words);
    let_go();
}
