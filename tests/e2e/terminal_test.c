/* The terminal as an enemy: every end there is, sizes that storm, nobody who reads, no input,
 * names that are not known, and panels that do all that they must not. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "../shared.h"
#include "pty.h"
#include "tests/where.h"

static char *dir, config[256], trigger[256];

static const char panel[] =
    "#include <dxtop/panel.h>\n"
    "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
    "static volatile int deep;\n"
    "static int overflow(int n) { volatile char room[4096]; room[n %% 4096] = (char)n;\n"
    "    return n < 0 ? room[0] : overflow(n + 1) + room[n %% 4096]; }\n"
    "static void misbehave(const char *deed) {\n"
    "    if (!strcmp(deed, \"overflow\")) deep = overflow(0);\n"
    "    if (!strcmp(deed, \"null\")) *(volatile int *)(long)deep = 1;\n"
    "    if (!strcmp(deed, \"exit\")) exit(3);\n"
    "    if (!strcmp(deed, \"abort\")) abort();\n"
    "    if (!strcmp(deed, \"wait\")) for (;;) pause();\n"
    "    if (!strcmp(deed, \"late\")) usleep(70000);\n"
    "}\n"
    "static bool update(void *s, const struct dx_view *v, struct dx_list *l, struct dx_error *e)\n"
    "{ (void)s; (void)v; (void)l; (void)e;\n"
    "  if (access(\"%s\", F_OK) == 0) misbehave(getenv(\"DX_DEED\"));\n"
    "  return true; }\n"
    "static void draw(const void *s, struct dx_canvas *c)\n"
    "{ struct dx_style plain = { .role = DX_ROLE_TEXT }; (void)s;\n"
    "  dx_put(c, 0, 0, &plain, \"standing by\"); }\n"
    "const struct dx_panel dx_panel_bad = { DX_PANEL_HEAD, .name = \"bad\", .summary = \"s\",\n"
    "    .update = update, .draw = draw };\n";

static void compile_panel(void)
{
    char path[300], object[300];

    snprintf(path, sizeof(path), "%s/dxtop", dir);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/dxtop/panels", dir);
    cr_assert_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/bad.c", dir);
    write_file(path, panel, trigger);
    snprintf(object, sizeof(object), "%s/dxtop/panels/bad.so", dir);
    shared_compile("-O0 -w", path, object);
    setenv("XDG_DATA_HOME", dir, 1);
}

static void setup(void)
{
    (void)signal(SIGINT, SIG_DFL);  /* a shell has what it runs in the background ignore them, */
    (void)signal(SIGQUIT, SIG_DFL); /* and what is ignored stays so */
    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(trigger, sizeof(trigger), "%s/now", dir);
    write_file(config, "views: [{name: One, rows: [{panels: [log]}, {panels: [sources]}]}]\n");
}

/* What is promised holds of the program as it ships, on a machine that does nothing else. */
#ifdef __SANITIZE_ADDRESS__
enum { UNREAD_MS = 1000, SIZES = 60 };
#else
enum { UNREAD_MS = 100, SIZES = 300 };
#endif

TestSuite(terminal, .init = setup, .timeout = 600);

static struct pty *view_as(int rows, int cols, const char *shown)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, NULL };
    struct pty *p = pty_start(argv, rows, cols, "xterm-256color");

    cr_assert(pty_shows(p, shown, PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

static struct pty *view(int rows, int cols)
{
    return view_as(rows, cols, "collector 0.");
}

static void with_panel(const char *deed)
{
    compile_panel();
    write_file(config, "views: [{name: One, rows: [{panels: [bad]}, {panels: [log]}]}]\n");
    setenv("DX_DEED", deed, 1);
}

/* ---- what an end leaves behind ---- */

/* The modes, "?25" and such, that are not as they were before: all begin unset but
 * lines that wrap and the cursor. Also a keypad that was switched, colours that stay and a link. */
static const char *modes_left(const struct pty *p)
{
    static char out[256];
    static const char *const switches[][2] = { { "\033=", "\033>" }, { "\033(0", "\033(B" } };
    const char *raw = p->raw, *on, *off, *sgr = NULL;
    bool set[3000] = { [7] = true, [25] = true };

    out[0] = '\0';
    for (const char *at = strstr(raw, "\033["); at; at = strstr(at + 1, "\033[")) {
        const char *end = at + 2 + strspn(at + 2, "?0123456789;:");

        if (*end == 'm')
            sgr = at;
        if (at[2] != '?' || (*end != 'h' && *end != 'l'))
            continue;
        for (const char *n = at + 2; n < end; n += 1 + strcspn(n + 1, ";l"))
            set[atoi(n + 1) % 3000] = *end == 'h';
    }
    for (int i = 0; i < 3000; i++)
        if (set[i] != (i == 7 || i == 25))
            snprintf(out + strlen(out), sizeof(out) - strlen(out), "?%d ", i);
    for (size_t i = 0; i < 2; i++) {
        on = off = NULL;
        for (const char *at = raw; (at = strstr(at, switches[i][0])) != NULL; at++)
            on = at;
        for (const char *at = raw; (at = strstr(at, switches[i][1])) != NULL; at++)
            off = at;
        if (on && on > off)
            snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s ", switches[i][0] + 1);
    }
    if (sgr && strncmp(sgr, "\033[m", 3) != 0 && strncmp(sgr, "\033[0m", 4) != 0 &&
        strncmp(sgr, "\033[39;49m", 8) != 0)
        snprintf(out + strlen(out), sizeof(out) - strlen(out), "colour %.12s", sgr + 1);
    return out;
}

static bool same_termios(struct pty *p)
{
    struct termios now;

    return tcgetattr(p->slave, &now) == 0 && now.c_iflag == p->before.c_iflag &&
           now.c_oflag == p->before.c_oflag && now.c_cflag == p->before.c_cflag &&
           now.c_lflag == p->before.c_lflag && memcmp(now.c_cc, p->before.c_cc, NCCS) == 0 &&
           cfgetospeed(&now) == cfgetospeed(&p->before);
}

static void left_as_it_was(struct pty *p, const char *why)
{
    cr_expect(same_termios(p), "%s: its modes", why);
    cr_expect_str_empty(modes_left(p), "%s: left are %s", why, modes_left(p));
    cr_expect(strstr(p->raw, "\033[?1049h") && strstr(p->raw, "\033[?1049l"), "%s", why);
}

static void ends(struct pty *p, const char *why)
{
    cr_expect(pty_ended(p), "%s does not end it", why);
    left_as_it_was(p, why);
}

/* Every signal there is, but those that cannot be caught or mean no end. */
Test(terminal, is_as_it_was_after_every_signal)
{
    for (int number = 1; number <= SIGRTMIN + 1; number++) {
        static const int no_ends[] = { SIGKILL, SIGSTOP,  SIGCONT, SIGCHLD, SIGTSTP,
                                       SIGTTIN, SIGTTOU,  SIGURG,  SIGPIPE, SIGWINCH,
                                       SIGXFSZ, SIGVTALRM /* a second of a panel */ };
        char why[32];
        bool ends_it = number < 32 || number >= SIGRTMIN;
        struct pty *p;

        for (size_t i = 0; i < sizeof(no_ends) / sizeof(no_ends[0]); i++)
            ends_it = ends_it && number != no_ends[i];
        if (!ends_it)
            continue;
        snprintf(why, sizeof(why), "signal %d", number);
        p = view(24, 80);
        kill(p->pid, number);
        ends(p, why);
        pty_free(p);
    }
}

Test(terminal, signals_that_mean_no_end_do_not_end_it)
{
    static const int numbers[] = { SIGPIPE, SIGXFSZ, SIGURG, SIGCHLD, SIGWINCH, SIGCONT };
    struct pty *p = view(24, 80);

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        kill(p->pid, numbers[i]);
        pty_read(p, 30);
    }
    pty_send(p, "?");
    SHOWS(p, "what happened, newest first");
    pty_send(p, "\033");
    LACKS(p, "what happened, newest first");
    pty_send(p, "q");
    ends(p, "q");
    cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0);
    pty_free(p);
}

/* ---- panels ---- */

static const struct {
    const char *deed, *said;
} deeds[] = {
    { "overflow", NULL },
    { "null", NULL },
    { "abort", NULL },
    { "exit", NULL },
    { "wait", "the panel \"bad\" did not come back within 5 s" },
};

Test(terminal, is_as_it_was_whatever_a_panel_does)
{
    with_panel("");
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        struct pty *p;

        setenv("DX_DEED", deeds[i].deed, 1);
        p = view_as(24, 100, "standing by");
        write_file(trigger, "now\n");
        pty_send(p, "\f");
        ends(p, deeds[i].deed);
        if (deeds[i].said) {
            SHOWS(p, deeds[i].said);
            cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 70, "%x", p->status);
        }
        pty_free(p);
        cr_assert_eq(unlink(trigger), 0);
    }
}

Test(terminal, a_panel_that_is_late_is_switched_off_and_the_others_go_on)
{
    struct pty *p;

    with_panel("late");
    p = view_as(24, 100, "standing by");
    write_file(trigger, "now\n");
    for (int i = 0; i < 80; i++) { /* two keys that wait for it are looked after at once */
        pty_send(p, "\f");
        if (pty_shows(p, "switched off", 250))
            break;
    }
    SHOWS(p, "switched off: it took more than 50 ms 3 times");
    SHOWS(p, "collector 0.");
    pty_send(p, "q");
    ends(p, "q");
    pty_free(p);
}

/* ---- sizes ---- */

Test(terminal, shows_what_is_so_after_a_storm_of_sizes)
{
    struct pty *p = view(24, 80);
    unsigned x = 1;

    for (int i = 0; i < SIZES; i++) { /* a hundred a second */
        x = x * 1103515245u + 12345u;
        if (i % 10 == 0)
            pty_resize(p, 1, 1);
        else if (i % 10 == 5)
            pty_resize(p, 200, 500);
        else
            pty_resize(p, 1 + (int)(x >> 16) % 200, 1 + (int)(x >> 8) % 500);
        pty_read(p, 10);
    }
    pty_resize(p, 24, 80);
    SHOWS(p, "collector 0.");
    SHOWS(p, "Sources");
    pty_send(p, "q");
    ends(p, "q");
    cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0);
    pty_free(p);
}

/* ---- nobody reads ---- */

static int ends_unread(bool by_key)
{
    struct pty *p = view(100, 300);
    struct timespec begin, now;
    int ms;

    for (int i = 0; i < 30; i++) { /* the screen changes until nothing more fits */
        pty_resize(p, 150 + i, 300 + i);
        usleep(10000);
    }
    clock_gettime(CLOCK_MONOTONIC, &begin);
    if (by_key)
        pty_send(p, "q");
    else
        kill(p->pid, SIGTERM);
    cr_expect(pty_ends_unread(p, PTY_PATIENCE_MS), "%s", by_key ? "q" : "SIGTERM");
    clock_gettime(CLOCK_MONOTONIC, &now);
    ms = (int)((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000);
    cr_expect(same_termios(p));
    pty_free(p);
    return ms;
}

/* The best of some: others work on the machine too. */
Test(terminal, that_nobody_reads_holds_no_end_up)
{
    for (int by_key = 0; by_key < 2; by_key++) {
        int best = 10000;

        for (int i = 0; i < 6 && best >= UNREAD_MS; i++) {
            int ms = ends_unread(by_key);

            best = ms < best ? ms : best;
        }
        cr_expect_lt(best, UNREAD_MS, "%s: %d ms", by_key ? "q" : "SIGTERM", best);
    }
}

/* ---- stopping ---- */

static char *text_of(const char *name)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    cr_assert_eq(access(path, R_OK), 0, "%s", path);
    return read_file(path);
}

static bool is_there(void *name)
{
    char path[300];
    struct stat st;

    snprintf(path, sizeof(path), "%s/%s", dir, (const char *)name);
    return stat(path, &st) == 0 && st.st_size > 0;
}

/* Under a shell with jobs: stopped by its key and from outside, it gives the terminal back, and
 * takes it again. */
Test(terminal, is_given_back_while_it_is_stopped)
{
    for (int from_outside = 0; from_outside < 2; from_outside++) {
        char line[1500];
        const char *argv[] = { "/bin/sh", "-mc", line, NULL };
        struct pty *p;
        pid_t group = 0;

        snprintf(line, sizeof(line),
                 "cd '%s'; stty -a >before; '%s/dxtop' -c '%s' --state '%s'; stty -a >stopping;"
                 " mv stopping stopped; until [ -e go ]; do sleep 0.05; done; fg >/dev/null;"
                 " stty -a >after",
                 dir, BUILD_DIR, config, dir);
        p = pty_start(argv, 24, 80, "xterm-256color");
        cr_assert(pty_shows(p, "collector 0.", PTY_PATIENCE_MS), "%s", pty_text(p));
        cr_assert_eq(ioctl(p->fd, TIOCGPGRP, &group), 0);
        if (from_outside)
            kill(-group, SIGTSTP);
        else
            pty_send(p, "\032");
        for (int ms = 0; ms < PTY_PATIENCE_MS && !is_there((void *)"stopped"); ms += 10)
            pty_read(p, 10);
        cr_assert(is_there((void *)"stopped"), "it does not stop:\n%s", pty_text(p));
        pty_read(p, 0); /* it was said before that file was there, and after the last look */
        cr_expect_str_empty(modes_left(p), "left are %s", modes_left(p));
        cr_expect_str_eq(text_of("stopped"), text_of("before"));
        p->raw_len = 0;
        memset(p->raw, 0, 1 << 20);
        snprintf(line, sizeof(line), "%s/go", dir);
        write_file(line, "on\n");
        cr_expect(pty_says(p, "\033[?1049h"), "it takes the screen again");
        SHOWS(p, "collector 0.");
        pty_send(p, "q");
        ends(p, "q");
        cr_expect_str_eq(text_of("after"), text_of("before"));
        pty_free(p);
        for (size_t i = 0; i < 4; i++) {
            static const char *const names[] = { "before", "stopped", "after", "go" };
            char path[300];

            snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
            unlink(path);
        }
    }
}

/* ---- no terminal, or an odd one ---- */

static const struct {
    const char *term, *files, *said;
} odd[] = {
    { "no-such-term", "", "TERM=no-such-term is unknown here; install ncurses-term" },
    { "", "", "TERM= cannot show a screen" },
    { "unknown", "", "TERM=unknown cannot show a screen" },
    { "xterm", "<&-", "the screen needs a terminal" },
    { "xterm", "</dev/null", "the screen needs a terminal" },
    { "xterm", ">/dev/null", "the screen needs a terminal" },
    { "xterm", ">&-", "the screen needs a terminal" },
};

Test(terminal, that_cannot_show_it_is_named)
{
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        char line[1000];
        const char *argv[] = { "/bin/sh", "-c", line, NULL };
        struct pty *p;

        /* ncurses loses what it made for a terminal that it then refused. */
        snprintf(line, sizeof(line),
                 "export ASAN_OPTIONS=\"$ASAN_OPTIONS:detect_leaks=0\";"
                 " exec '%s/dxtop' -c '%s' --state '%s' %s",
                 BUILD_DIR, config, dir, odd[i].files);
        p = pty_start(argv, 24, 120, odd[i].term);
        cr_expect(pty_ended(p), "%s %s", odd[i].term, odd[i].files);
        SHOWS(p, odd[i].said);
        cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 1, "%s %s", odd[i].term,
                  odd[i].files);
        cr_expect(same_termios(p));
        pty_free(p);
    }
}

/* A file that is opened first must not become the one that complaints go to. */
Test(terminal, nothing_of_ours_takes_the_place_of_a_file_that_was_closed)
{
    char line[1000];
    const char *argv[] = { "/bin/sh", "-c", line, NULL };
    int status;

    write_file(config, "sources: [{type: alertmanager, url: 'http://127.0.0.1:1'}]\n");
    snprintf(line, sizeof(line),
             "'%s/dxtop-collect' -c '%s' --state '%s' --log '%s/log' --once <&- >&- 2>&-",
             BUILD_DIR, config, dir, dir);
    (void)program_run(argv, &status);
    cr_expect_eq(status, 1);
    cr_expect(strstr(text_of("log"), "refused the connection"), "%s", text_of("log"));
    snprintf(line, sizeof(line), "cat '%s'/*.lock | wc -c | tr -d ' '", dir);
    cr_expect_str_eq(program_run(argv, &status), "0\n", "the lock was written to");
    snprintf(line, sizeof(line), "sqlite3 '%s'/*.db 'PRAGMA integrity_check'", dir);
    cr_expect_str_eq(program_run(argv, &status), "ok\n");
}

/* ---- memory ---- */

#ifndef __SANITIZE_ADDRESS__ /* which takes a hundred times as much, and dies by itself */
Test(terminal, is_as_it_was_when_there_is_no_memory_left)
{
    struct pty *p = view(24, 80);
    struct rlimit none = { .rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY };

    cr_assert_eq(prlimit(p->pid, RLIMIT_AS, &none, NULL), 0);
    pty_resize(p, 200, 500);
    ends(p, "no memory");
    cr_expect(WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGABRT, "%x", p->status);
    SHOWS(p, "dxtop: out of memory");
    pty_free(p);
}
#endif
