/* Finding and loading panel modules, and the end of one that loops. The modules
 * are compiled here, with the public headers only. */
#include "config.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "panel/api.h"
#include "panel/plugin.h"
#include "panel/watchdog.h"
#include "run.h"
#include "shared.h"

static char *dir;
static const char *dirs[3];
static struct plugins plugins = { .dirs = dirs };
static struct dx_error err;

static void start(void)
{
    dir = test_dir();
    dirs[0] = dir;
    dirs[1] = dirs[2] = NULL;
}

TestSuite(plugin, .init = start, .timeout = 60);

static const char source[] =
    "#include <dxtop/panel.h>\n"
    "static bool update(void *s, const struct dx_view *v, struct dx_list *l, struct dx_error *e)\n"
    "{ (void)s; (void)v; (void)l; (void)e; return true; }\n"
    "static void draw(const void *s, struct dx_canvas *c) { (void)s; (void)c; }\n"
    "static const char *title(const void *s) { (void)s; return \"its own\"; }\n"
    "void (*used[])(void) = { (void (*)(void))update, (void (*)(void))draw,\n"
    "                         (void (*)(void))title };\n"
    "const struct dx_panel dx_panel_%s = { DX_PANEL_HEAD, .summary = \"s\", %s };\n";

/* Compile <where>/<file>.so that exports dx_panel_<symbol> with these members. */
static void module(const char *where, const char *file, const char *symbol, const char *members)
{
    char path[512], object[512];

    snprintf(path, sizeof(path), "%s/%s.c", where, file);
    write_file(path, source, symbol, members);
    snprintf(object, sizeof(object), "%s/%s.so", where, file);
    shared_compile("-w", path, object);
}

static const char *load(const char *name)
{
    err = (struct dx_error){ 0 };
    return plugin_load(&plugins, name, &err) ? "" : err.text;
}

#define PAINTS ".update = update, .draw = draw"

Test(plugin, a_module_is_loaded_once_and_stays)
{
    const struct dx_panel *one, *two;
    char path[512];

    module(dir, "good", "good", ".name = \"good\", .title = title, " PAINTS);
    one = plugin_load(&plugins, "good", &err);
    cr_assert(one, "%s", err.text);
    cr_expect_str_eq(one->name, "good");
    cr_expect_str_eq(one->title(NULL), "its own");
    snprintf(path, sizeof(path), "%s/good.so", dir);
    cr_assert_eq(unlink(path), 0);
    two = plugin_load(&plugins, "good", &err);
    cr_expect_eq(one, two);
}

static const struct {
    const char *members, *error; /* "" loads */
} shapes[] = {
    { ".name = \"x\", " PAINTS, "" },
    { ".name = \"x\", .update = update, .columns = (void *)used", "" },
    { ".name = \"x\", .abi = 2, " PAINTS, "was built for panel interface 2 of " },
    { ".name = \"x\", .size = 4096, " PAINTS, " of 4096 bytes, this dxtop speaks 1 of " },
    { ".name = \"x\", .size = 64, " PAINTS, " of 64 bytes, " },
    { ".name = \"y\", " PAINTS, "its panel has another name, or cannot be shown" },
    { PAINTS, "its panel has another name, or cannot be shown" },
    { ".name = \"x\", .draw = draw", "its panel has another name, or cannot be shown" },
    { ".name = \"x\", .update = update", "its panel has another name, or cannot be shown" },
};

Test(plugin, what_does_not_fit_is_refused_in_words)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        char name[8], members[256], *x;

        snprintf(name, sizeof(name), "x%zu", i);
        snprintf(members, sizeof(members), "%s", shapes[i].members);
        x = strstr(members, "\"x\"");
        if (x) { /* it is to have its own name */
            memmove(x + 4, x + 3, strlen(x + 3) + 1);
            x[2] = (char)('0' + i);
            x[3] = '"';
        }
        module(dir, name, name, members);
        const char *said = load(name);
        cr_expect(*shapes[i].error ? strstr(said, shapes[i].error) != NULL : !*said, "%s: %s",
                  shapes[i].members, said);
        cr_expect(!*said || strstr(said, name), "%s: the module is not named", said);
    }
}

/* What an older panel did not have is not there, whatever was refused before. */
Test(plugin, an_older_panel_is_shorter)
{
    const struct dx_panel *panel;

    module(
        dir, "odd", "odd",
        ".name = \"other\", .columns_of = (void *)title, .title = title, .source = title, " PAINTS);
    module(
        dir, "old", "old",
        ".name = \"old\", .size = offsetof(struct dx_panel, columns_of), .title = title, " PAINTS);
    cr_expect(*load("odd"));
    panel = plugin_load(&plugins, "old", &err);
    cr_assert(panel, "%s", err.text);
    cr_expect_eq(panel->size, sizeof(*panel));
    cr_expect_null(panel->title, "it was read behind its end");
    cr_expect_null(panel->columns_of);
    cr_expect_null(panel->source);
}

Test(plugin, a_module_that_exports_something_else)
{
    char path[512];

    module(dir, "good", "bad", ".name = \"good\", " PAINTS);
    cr_expect(strstr(load("good"), "good.so exports no dx_panel_good"), "%s", err.text);
    snprintf(path, sizeof(path), "%s/text.so", dir);
    write_file(path, "no module\n");
    cr_expect(strstr(load("text"), "text.so"), "%s", err.text);
    cr_expect_eq(err.fault, DX_FAULT_SYSTEM);
}

/* Cut short anywhere, as by a full disk or half a copy: the linker maps what is not there, so
 * that touching it would end us. In a process of its own each. */
Test(plugin, a_module_that_was_cut_short_is_refused)
{
    char path[512];
    struct stat st;

    module(dir, "good", "good", ".name = \"good\", " PAINTS);
    snprintf(path, sizeof(path), "%s/good.so", dir);
    cr_assert_eq(stat(path, &st), 0);
    for (off_t size = st.st_size - 1; size > 0; size -= size / 12 + 1) {
        int status;
        pid_t pid;

        cr_assert_eq(truncate(path, size), 0);
        pid = fork();
        if (pid == 0)
            _exit(strstr(load("good"), "good.so") ? 0 : 1);
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%ld of %ld bytes: %x", (long)size,
                  (long)st.st_size, (unsigned)status);
    }
}

static const char *const no_names[] = {
    "",      "../x",   "a/b",
    "Upper", "a-b",    "a.b",
    "a b",   "\u00e9", "a2345678901234567890123456789012345678901"
};

Test(plugin, names_are_plain)
{
    for (size_t i = 0; i < sizeof(no_names) / sizeof(no_names[0]); i++) {
        cr_expect(strstr(load(no_names[i]), "is no name of a panel: a-z, 0-9 and _ only"), "%s: %s",
                  no_names[i], err.text);
        cr_expect_eq(err.fault, DX_FAULT_CONFIG);
    }
    cr_expect_str_eq(load("nope"), "there is no panel \"nope\"");
}

/* ---- who may change it ---- */

static void change(const char *path, mode_t mode)
{
    cr_assert_eq(chmod(path, mode), 0, "%s", path);
}

Test(plugin, what_others_can_change_is_not_loaded)
{
    static const char said[] = " can be changed by others than you and root; panels are not loaded"
                               " from there";
    char sub[512], file[600], link[600];

    snprintf(sub, sizeof(sub), "%s/sub", dir);
    snprintf(file, sizeof(file), "%s/mod.so", sub);
    snprintf(link, sizeof(link), "%s/mod.so", dir);
    cr_assert_eq(mkdir(sub, 0755), 0);
    module(sub, "mod", "mod", ".name = \"mod\", " PAINTS);
    cr_assert_eq(symlink(file, link), 0);
#define REFUSED(what)                                                                              \
    cr_expect(strstr(load("mod"), said) && strstr(err.text, what), "%s: %s", what, err.text)
    for (int through_link = 0; through_link < 2; through_link++) {
        dirs[0] = through_link ? dir : sub;
        change(file, 0666);
        REFUSED("mod.so");
        change(file, 0775);
        REFUSED("mod.so");
        change(file, 0644);
        change(sub, 0777);
        REFUSED("/sub");
        change(sub, 01777); /* sticky keeps what is there, but anybody adds to it */
        REFUSED("/sub");
        change(sub, 0755);
        change(dir, 0777);
        REFUSED(strrchr(dir, '/'));
        change(dir, 0755);
        if (geteuid() == 0) {
            cr_assert_eq(chown(file, 12345, (gid_t)-1), 0);
            REFUSED("mod.so");
            cr_assert_eq(chown(file, 0, (gid_t)-1), 0);
        }
    }
    change(dir, 01777); /* as /tmp is, above the module's own directory */
    dirs[0] = sub;
    cr_expect_str_eq(load("mod"), "");
}

/* That one of a directory was loaded says nothing of the others. */
Test(plugin, each_module_of_a_directory_is_looked_at)
{
    char file[600], sub[512], link[600];

    module(dir, "good", "good", ".name = \"good\", " PAINTS);
    cr_expect_str_eq(load("good"), "");
    module(dir, "bad", "bad", ".name = \"bad\", " PAINTS);
    snprintf(file, sizeof(file), "%s/bad.so", dir);
    change(file, 0666);
    cr_expect(strstr(load("bad"), "bad.so can be changed by others"), "%s", err.text);
    snprintf(sub, sizeof(sub), "%s/sub", dir);
    cr_assert_eq(mkdir(sub, 0777), 0);
    change(sub, 0777);
    module(sub, "far", "far", ".name = \"far\", " PAINTS);
    snprintf(file, sizeof(file), "%s/far.so", sub);
    snprintf(link, sizeof(link), "%s/far.so", dir);
    cr_assert_eq(symlink(file, link), 0);
    cr_expect(strstr(load("far"), "/sub can be changed by others"), "%s", err.text);
}

Test(plugin, a_directory_is_no_module)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/mod.so", dir);
    cr_assert_eq(mkdir(path, 0755), 0);
    cr_expect(strstr(load("mod"), "mod.so is not an ordinary file"), "%s", err.text);
}

/* ---- where they are ---- */

Test(plugin, the_first_directory_wins_even_when_it_is_refused)
{
    char *second = test_dir(), path[512];

    dirs[1] = second;
    module(dir, "a", "a", ".name = \"a\", .help = \"first\", " PAINTS);
    module(second, "a", "a", ".name = \"a\", .help = \"second\", " PAINTS);
    module(second, "b", "b", ".name = \"b\", .help = \"second\", " PAINTS);
    snprintf(path, sizeof(path), "%s/a.so", dir);
    change(path, 0666);
    cr_expect(*load("a"), "another one took its place");
    change(path, 0644);
    cr_assert_not_null(plugin_load(&plugins, "a", &err), "%s", err.text);
    cr_expect_str_eq(plugin_load(&plugins, "a", &err)->help, "first");
    cr_assert_not_null(plugin_load(&plugins, "b", &err), "%s", err.text);
    cr_expect_str_eq(plugin_load(&plugins, "b", &err)->help, "second");
    free(second);
}

Test(plugin, names_are_sorted_and_there_once)
{
    char *second = test_dir(), path[512], all[256] = "";
    static const char *const files[] = {
        "0/b.so", "0/a.so", "1/b.so", "1/c.so", "1/c.la", "1/.so"
    };

    dirs[1] = second;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", files[i][0] == '0' ? dir : second, files[i] + 2);
        write_file(path, "x");
    }
    char **names = plugin_names(&plugins);
    for (size_t i = 0; names[i]; i++)
        strcat(strcat(all, names[i]), " ");
    cr_expect_str_eq(all, "a b c ");
    plugin_names_free(names);
    dirs[0] = "/nonexistent";
    dirs[1] = NULL;
    names = plugin_names(&plugins);
    cr_expect_null(names[0]);
    plugin_names_free(names);
    plugin_names_free(NULL);
    free(second);
}

/* ---- the watchdog ---- */

static int said_fd;

static void hook(void)
{
    ssize_t n = write(said_fd, "hook;", 5);

    (void)n;
}

/* In the store and out of it. */
static _Noreturn void loop(void)
{
    for (;;) {
        watchdog_aside(true);
        watchdog_aside(false);
    }
}

static void sleep_s(int s)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += s;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

/* Works for a moment first, and then waits: what it did before is no excuse. */
static _Noreturn void work_and_wait(void)
{
    struct timespec work = { 0 };

    while (work.tv_sec * 1000 + work.tv_nsec / 1000000 < 1300)
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &work);
    sleep_s(60);
    _exit(1);
}

/* How a callback of "it" ends its process; what is said goes into said. */
static int end_of(void (*callback)(void), char *said, size_t cap)
{
    int ends[2], status;
    size_t n = 0;

    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        said_fd = ends[1];
        watchdog_on_bite(hook);
        watchdog_begin("quick");
        (void)watchdog_end();
        watchdog_begin("it");
        callback();
        _exit(0);
    }
    close(ends[1]);
    for (ssize_t got = 1; got > 0; n += got > 0 ? (size_t)got : 0)
        got = read(ends[0], said + n, cap - 1 - n);
    said[n] = '\0';
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    close(ends[0]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char bitten[] = "hook;dxtop: the panel \"it\" did not come back within 5 s; take it "
                             "out of the configuration\n";

Test(watchdog, a_panel_that_loops_is_ended_by_name, .timeout = 60)
{
    char said[512];

    cr_expect_eq(end_of(loop, said, sizeof(said)), 70);
    cr_expect_str_eq(said, bitten);
}

Test(watchdog, a_panel_that_worked_and_then_waits_is_too, .timeout = 60)
{
    char said[512];

    cr_expect_eq(end_of(work_and_wait, said, sizeof(said)), 70);
    cr_expect_str_eq(said, bitten);
}

static void wait_for_the_disk(void)
{
    watchdog_aside(true);
    sleep_s(6);
    watchdog_aside(false);
    if (watchdog_end() < 1000)
        _exit(3);
}

Test(watchdog, a_disk_that_hangs_is_waited_for, .timeout = 60)
{
    char said[512];

    cr_expect_eq(end_of(wait_for_the_disk, said, sizeof(said)), 3, "%s", said);
    cr_expect_str_eq(said, "");
}

/* On a processor that somebody else has nearly all of: it gets some ms of a second. */
static void work_starved(void)
{
    const struct sched_param lowest = { 0 };
    struct timespec began, now;
    cpu_set_t all, one;
    int cpu = 0;

    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof(all), &all) != 0)
        _exit(1);
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0)
        _exit(1);
    pid_t other = fork();
    if (other == 0) {
        (void)setpriority(PRIO_PROCESS, 0, 5); /* who tests something else comes first */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            ;
    }
    if (sched_setscheduler(0, SCHED_IDLE, &lowest) != 0)
        _exit(2);
    clock_gettime(CLOCK_MONOTONIC, &began);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec - began.tv_sec < 9);
    (void)watchdog_end();
    kill(other, SIGKILL);
    _exit(3);
}

Test(watchdog, who_gets_little_of_a_processor_does_not_wait, .timeout = 120)
{
    char said[512];

    cr_expect_eq(end_of(work_starved, said, sizeof(said)), 3, "%s", said);
    cr_expect_str_eq(said, "");
}

Test(watchdog, says_how_long_it_took)
{
    watchdog_begin("x");
    nanosleep(&(struct timespec){ .tv_nsec = 30000000 }, NULL);
    int took = watchdog_end();
    cr_expect(took >= 30 && took < 5000, "%d", took);
}
