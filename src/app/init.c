/* init: a configuration, question by question. Each source is tried as `check` does
 * before it is taken; nothing is written before the end. */
#include "config.h"

#include "app/init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/mem.h"

enum { CONFIG_MOST = 1 << 20, SOURCES_MOST = 50 };

/* What a source is tried with, and what the file is made of, beside it; removed by whatever
 * ends us. */
static char *part;
/* The directories that were made for it, the outer ones first. */
static char *made[64];
static size_t made_count;

static void leave_nothing(void)
{
    if (part)
        (void)unlink(part);
    while (made_count > 0)
        (void)rmdir(made[--made_count]); /* one that has something in it by now stays */
}

static void on_signal(int number)
{
    static const char words[] = "\nnothing was written\n";

    leave_nothing();
    if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0)
        _exit(128 + number);
    _exit(128 + number);
}

static void watch_signals(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = on_signal };

    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        (void)sigaction(numbers[i], &action, NULL);
}

/* ---- files ---- */

/* Which of its directories are still to be made. */
static void find_missing(const char *path)
{
    char *dir = mem_text(path);

    for (char *at = strchr(dir + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        if (access(dir, F_OK) != 0 && made_count < sizeof(made) / sizeof(made[0])) {
            made[made_count] = mem_text(dir);
            made_count++;
        }
        *at = '/';
    }
    free(dir);
}

/* Only its owner may read it: it says where secrets are. */
static bool write_part(const struct buf *text, struct dx_error *err)
{
    int fd;
    bool ok;

    (void)unlink(part);
    fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ok = fd >= 0 && write(fd, text->bytes, text->len) == (ssize_t)text->len && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    return ok || dx_fail(err, DX_FAULT_SYSTEM, "cannot write %.160s: %s", part, strerror(errno));
}

/* ---- sources ---- */

/* As `check` does; what it finds is printed. */
static bool try_source(struct app *app, const struct buf *source, struct dx_error *err)
{
    static const char *const check[] = { "--check", NULL };
    struct buf text;
    bool ok;

    buf_init(&text, CONFIG_MOST);
    (void)buf_print(&text, "sources:\n%s", source->bytes);
    ok = write_part(&text, err);
    buf_done(&text);
    if (!ok)
        return false;
    (void)puts("  trying it ...");
    app->arguments.common.config = part;
    ok = app_collect(app, check) == EXIT_OK;
    (void)unlink(part);
    return ok;
}

struct names { /* of the sources that were taken */
    char name[SOURCES_MOST][ANSWER_MOST];
    int count;
};

static bool is_taken(const struct names *names, const char *name)
{
    for (int i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return true;
    return false;
}

/* Its type is its name; a second one is told apart by one of its own. */
static const char *name_of(struct asker *asker, char answer[ANSWER_MOST], int type,
                           const struct names *names)
{
    char usual[64], typed[ANSWER_MOST];
    const char *name = init_types[type];

    if (!is_taken(names, name))
        return name;
    for (int nth = 2; is_taken(names, name); nth++) {
        (void)snprintf(usual, sizeof(usual), "%s-%d", init_types[type], nth);
        name = usual;
    }
    name = ask_line(asker, typed, "  Name, to tell it from the other one", usual);
    while (!asker->ended && is_taken(names, name)) {
        (void)fputs("  another source is called so\n", asker->out);
        name = ask_line(asker, typed, "  Name, to tell it from the other one", usual);
    }
    (void)snprintf(answer, ANSWER_MOST, "%s", name);
    return answer;
}

enum verdict { TAKE, AGAIN, LEAVE_OUT };

/* Ask for a source of the type until it is taken or left out. */
static bool add_source(struct app *app, struct asker *asker, struct buf *sources, int type,
                       struct names *names)
{
    static const char *const failed[] = { "again", "take", "leave-out", NULL };
    static const enum verdict meant[] = { AGAIN, TAKE, LEAVE_OUT };
    enum verdict verdict = AGAIN;

    while (verdict == AGAIN && !asker->ended) {
        char answer[ANSWER_MOST];
        const char *name = name_of(asker, answer, type, names);
        struct dx_error err = { 0 };
        struct buf source;

        buf_init(&source, CONFIG_MOST);
        init_source(asker, &source, type, strcmp(name, init_types[type]) == 0 ? "" : name);
        verdict = TAKE;
        if (!asker->ended && !try_source(app, &source, &err)) {
            if (err.fault != DX_FAULT_NONE)
                (void)printf("  %s\n", err.text);
            verdict = meant[ask_choice(asker, "  It did not go well", failed)];
        }
        if (verdict == TAKE && !asker->ended) {
            (void)buf_text(sources, source.bytes);
            (void)snprintf(names->name[names->count++], ANSWER_MOST, "%s", name);
        }
        buf_done(&source);
    }
    return verdict == TAKE && !asker->ended;
}

static int add_sources(struct app *app, struct asker *asker, struct buf *sources)
{
    const char *words[16] = { "done" };
    struct names *names = mem_new(1, sizeof(*names));
    int sum;

    for (int i = 0; init_types[i]; i++)
        words[i + 1] = init_types[i];
    while (!asker->ended && names->count < SOURCES_MOST) {
        int type; /* at first there has to be one */

        (void)puts("");
        type = names->count == 0 ? ask_choice(asker, "A system to watch", init_types)
                                 : ask_choice(asker, "Another system", words) - 1;
        if (type < 0)
            break;
        (void)add_source(app, asker, sources, type, names);
    }
    sum = names->count;
    free(names);
    return sum;
}

/* ---- the file ---- */

static void put_head(struct buf *out, const char *title)
{
    char day[32] = "";
    time_t now = time(NULL);
    struct tm parts = { 0 };

    if (gmtime_r(&now, &parts))
        (void)strftime(day, sizeof(day), "%Y-%m-%d", &parts);
    (void)buf_print(out,
                    "# Made by `dxtop init` on %s. dxtop-config(5) explains all of it, and\n"
                    "# `dxtop check` says whether it is right. No secret is in here, only where\n"
                    "# each is found.\n\n",
                    day);
    (void)buf_text(out, "# What stands at the top left.\ntitle: ");
    init_quoted(out, title);
    (void)buf_text(out, "\n\n"
                        "# Where data comes from. Each source may also have every (between two\n"
                        "# polls), history (how far back it fills at first), proxy, ca and more.\n"
                        "sources:\n");
}

static const char tail[] =
    "\n# Goals of key numbers; the built-in ones hold for those that are not named.\n"
    "# targets:\n"
    "#   queue_p95: 5m\n"
    "#   duration: {warn: 15m, bad: 25m}\n"
    "#   first_response: 2h\n"
    "\n# Business time, in which answers to tickets are measured; unless given it is Monday\n"
    "# to Friday, 09:00 to 17:00, in the zone of the machine.\n"
    "# calendar:\n"
    "#   zone: Europe/Berlin\n"
    "#   hours: {mon-thu: 09:00-17:00, fri: 09:00-14:00}\n"
    "\n# Markdown files that are shown beside the tickets that they fit.\n"
    "# runbooks: ~/runbooks\n";

static bool finish(const char *path, const char *title, const struct buf *sources,
                   struct dx_error *err)
{
    struct buf text;
    bool ok;

    buf_init(&text, CONFIG_MOST);
    put_head(&text, title);
    (void)buf_text(&text, sources->bytes);
    (void)buf_text(&text, tail);
    ok = text.full ? dx_fail(err, DX_FAULT_SYSTEM, "too many sources") : write_part(&text, err);
    if (ok && rename(part, path) != 0)
        ok = dx_fail(err, DX_FAULT_SYSTEM, "cannot write %.160s: %s", path, strerror(errno));
    (void)unlink(part);
    buf_done(&text);
    return ok;
}

static bool ask_all(struct app *app, struct asker *asker, const char *path, struct dx_error *err)
{
    char answer[ANSWER_MOST], title[ANSWER_MOST];
    struct buf sources;
    bool ok = false;
    int count;

    (void)printf("A configuration for dxtop, to be written to %s.\n"
                 "Secrets stay where they are: it only says where they are found.\n\n",
                 path);
    if (access(path, F_OK) == 0 && !ask_yes(asker, "It is there already; write it anew", false))
        return dx_fail(err, DX_FAULT_CONFIG, "%.160s stays as it is", path);
    (void)snprintf(title, sizeof(title), "%s",
                   ask_line(asker, answer, "Name of your platform", "platform"));
    buf_init(&sources, CONFIG_MOST);
    count = add_sources(app, asker, &sources);
    if (asker->ended)
        dx_fail(err, DX_FAULT_CONFIG, "the answers ended; nothing was written");
    else if (count > 0)
        ok = finish(path, title, &sources, err);
    buf_done(&sources);
    return ok;
}

int init_run(struct app *app)
{
    const struct common_args *args = &app->arguments.common;
    struct asker asker = { .in = stdin, .out = stdout, .echo = !isatty(STDIN_FILENO) };
    struct dx_error err = { 0 };
    bool named = *args->config != '\0', ok;
    char *path, *dir;

    if (*args->prometheus || *args->alertmanager || *args->github) {
        (void)fputs("dxtop: init asks for its sources; only -c says which file it writes\n",
                    stderr);
        return EXIT_USAGE;
    }
    dir = paths_xdg("XDG_CONFIG_HOME", ".config");
    path = *args->config ? mem_text(args->config) : mem_print("%s/dxtop/dxtop.yaml", dir);
    part = mem_print("%s.part", path);
    watch_signals();
    find_missing(path);
    ok = paths_make_dirs(path, &err) && ask_all(app, &asker, path, &err);
    if (ok) {
        (void)printf("\nWrote %s. Now try: dxtop%s%s\n", path, named ? " -c " : "",
                     named ? path : "");
    } else {
        leave_nothing();
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
    }
    made_count = 0;
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        free(made[i]);
        made[i] = NULL;
    }
    app->arguments.common.config = "";
    free(part);
    part = NULL;
    free(path);
    free(dir);
    return ok ? EXIT_OK : EXIT_FAILED;
}
