/* What becomes of a ticket, on the screen: the simulated platform runs, somebody opens a
 * ticket there, answers it, lets its SLA pass, resolves it and opens it again; each is seen
 * in the terminal. It is asked for once an interval: by what the store says, for how long a busy
 * machine takes to draw it says nothing. */
#include "config.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "pty.h"
#include "tests/where.h"
#include "ui/theme.h"

#define NOW "2026-11-24T14:32:07Z"

enum { ROWS = 40, COLS = 120, CROSS = 0x2717 };

/* MACHINE_MS: what polling and drawing may take on a loaded machine, beside the interval.
 * GOAL_MS: all that is seen before it is over has to be seen by then. */
enum {
    EVERY_MS = 2000,
    MACHINE_MS = 18000,
    WITHIN_MS = EVERY_MS + MACHINE_MS,
    GOAL_MS = SANITIZED ? 60000 : 30000
};

static char *dir, config[256];
static struct sim sim;

/* ---- the ticket ---- */

static struct {
    const char *system; /* it is in */
    char key[32];
    int64_t opened_ms;
} ticket;

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* body: of the answer. */
static void post(const char *path, char *body, size_t cap)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)sim.port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char text[4096];
    size_t len = 0;
    ssize_t n;

    cr_assert_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    cr_assert_gt(dprintf(fd,
                         "POST %s HTTP/1.1\r\nHost: sim\r\nContent-Length: 0\r\n"
                         "Connection: close\r\n\r\n",
                         path),
                 0);
    while (len + 1 < sizeof(text) && (n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)n;
    close(fd);
    text[len] = '\0';
    cr_assert(strstr(text, " 200 ") && strstr(text, "\r\n\r\n"), "%s: %s", path, text);
    snprintf(body, cap, "%s", strstr(text, "\r\n\r\n") + 4);
}

static void open_ticket(void)
{
    char path[256], body[512];
    const char *at;

    snprintf(path, sizeof(path),
             "/sim/ticket?do=create&system=%s&title=Coffee+is+out&priority=1&category=Licences"
             "&goal=%ds",
             ticket.system, GOAL_MS / 1000);
    ticket.opened_ms = now_ms();
    post(path, body, sizeof(body));
    at = strstr(body, "\"key\":\"");
    cr_assert(at && sscanf(at, "\"key\":\"%31[^\"]", ticket.key) == 1, "%s", body);
}

static void happens(const char *deed)
{
    char path[128], body[512];

    snprintf(path, sizeof(path), "/sim/ticket?system=%s&do=%s&key=%s", ticket.system, deed,
             ticket.key);
    post(path, body, sizeof(body));
}

/* ---- the screen ---- */

static void setup(void)
{
    const char *argv[] = { "dxtop-sim", "--until-stdin", "--clock", NOW "@1", "--repos",
                           "4",         "--rate-limit",  "0",       NULL };

    set_paths();
    dir = test_dir();
    sim = sim_start_as(argv);
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

TestSuite(tickets_live, .init = setup, .fini = teardown, .timeout = 300);

static struct pty *watch(const char *type, const char *path)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--clock", NOW "@1", NULL };

    write_file(config,
               "theme: dark\nsources:\n"
               "  - {type: %s, name: desk, url: '%s%s', every: %dms, history: 1d}\n"
               "views:\n  - name: Tickets\n    rows:\n"
               "      - panels: [{panel: tickets, category: Licences}]\n",
               type, sim.url, path, EVERY_MS);
    return pty_start(argv, ROWS, COLS, "xterm-256color");
}

#define SHOWS_SOON(p, text)                                                                        \
    cr_assert(pty_shows(p, text, WITHIN_MS), "no \"%s\" on:\n%s", text, pty_text(p))
#define LACKS_SOON(p, text)                                                                        \
    cr_assert(pty_lacks(p, text, WITHIN_MS), "\"%s\" on:\n%s", text, pty_text(p))

/* The row of the ticket in the list; -1: it is in none. */
static int row_of_ticket(struct pty *p)
{
    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < 4; col++) {
            size_t n = 0;

            while (ticket.key[n] &&
                   pty_cell(p, row, col + (int)n).chars[0] == (uint32_t)ticket.key[n])
                n++;
            if (!ticket.key[n])
                return row;
        }
    return -1;
}

/* Is it marked as one whose SLA is over, in the colour for what is bad. */
static bool is_red(struct pty *p)
{
    int row = row_of_ticket(p);
    struct theme theme;
    struct dx_error err;

    cr_assert_geq(row, 0, "%s", pty_text(p));
    cr_assert(theme_load(&theme, SRC_DIR "/themes", "dark", &err), "%s", err.text);
    for (int col = 0; col < COLS; col++) {
        VTermScreenCell cell = pty_cell(p, row, col);

        if (cell.chars[0] == CROSS)
            return VTERM_COLOR_IS_INDEXED(&cell.fg) &&
                   cell.fg.indexed.idx == theme.role[DX_ROLE_BAD].index256;
    }
    return false;
}

/* ---- its life ---- */

static void expect_asked_once_an_interval(void)
{
    char line[400];
    const char *argv[] = { "/bin/sh", "-c", line, NULL };
    int status;
    char *out;

    snprintf(line, sizeof(line),
             "sqlite3 '%s'/*.db 'SELECT count(*) > 0, max(next_ms - last_ms) FROM poll WHERE ok'",
             dir);
    out = program_run(argv, &status);
    cr_expect(strncmp(out, "1|", 2) == 0 && atoi(out + 2) <= EVERY_MS, "%s", out);
    free(out);
}

static void lives(struct pty *p)
{
    char text[80];

    cr_assert(pty_shows(p, "No ticket is open.", WITHIN_MS), "%s", pty_text(p));
    open_ticket();
    SHOWS_SOON(p, ticket.key);
    SHOWS_SOON(p, "Coffee is out");
    SHOWS_SOON(p, "1 open · 1 due");
    cr_expect_not(is_red(p), "%s", pty_text(p));
    pty_send(p, "\r"); /* all of it */
    SHOWS_SOON(p, "first reply  not yet");
    SHOWS_SOON(p, "is about to pass its SLA");

    happens("answer");
    LACKS_SOON(p, "first reply  not yet");
    SHOWS_SOON(p, "first reply  14:3");
    pty_send(p, "\033");
    SHOWS_SOON(p, "TITLE");
    cr_expect_not(is_red(p), "%s", pty_text(p));
    cr_assert_lt(now_ms(), ticket.opened_ms + GOAL_MS, "the machine is too slow for this test");

    pty_read(p, (int)(ticket.opened_ms + GOAL_MS - now_ms()));
    snprintf(text, sizeof(text), "✗ 1   %s passed its SLA", ticket.key);
    SHOWS_SOON(p, text);
    SHOWS_SOON(p, "1 open · 1 over");
    cr_expect(is_red(p), "%s", pty_text(p));

    happens("resolve");
    SHOWS_SOON(p, "No ticket is open.");
    LACKS_SOON(p, ticket.key);
    happens("reopen");
    SHOWS_SOON(p, ticket.key);
    SHOWS_SOON(p, "1 open");
    pty_quit(p, "q");
    expect_asked_once_an_interval();
}

Test(tickets_live, in_jira)
{
    ticket.system = "jira";
    lives(watch("jira", "/jira"));
}

Test(tickets_live, in_servicenow)
{
    ticket.system = "servicenow";
    lives(watch("servicenow", "/snow"));
}
