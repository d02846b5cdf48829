/* common_args: the command line, by tables. */
#include "config.h"

#include "config/common_args.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/text.h"

enum { ARGS_MOST = 48, FIRST_CODE = 1000, HELP_COLUMN = 26 };

#define COMMON(field) offsetof(struct common_args, field)

const struct arg common_args[] = {
    { "config", 'c', "FILE", COMMON(config), "the configuration" },
    { "prometheus", 0, "URL", COMMON(prometheus), "watch this Prometheus, without a file" },
    { "alertmanager", 0, "URL", COMMON(alertmanager), "watch this Alertmanager, without a file" },
    { "github", 0, "OWNER/REPO", COMMON(github),
      "watch this repository, or all of OWNER, without a file; with $GITHUB_TOKEN" },
    { "state", 0, "DIR", COMMON(state), "directory of the store and of what the screen remembers" },
    { "clock", 0, "T[@N]", COMMON(clock), "let the clock begin at T and run N times as fast" },
    { "now", 0, "T", COMMON(now), "let the clock stand at T" },
    { "log", 0, "FILE", COMMON(log), "write what happens to this file" },
    { "log-level", 0, "LEVEL", COMMON(log_level),
      "of --log: debug, info (unless given), warn or error" },
    { 0 },
};

struct tables {
    struct option options[ARGS_MOST];
    const struct arg *arg[ARGS_MOST];
    void *settings[ARGS_MOST];
    char letters[2 * ARGS_MOST];
    int count;
};

static void add_table(struct tables *t, const struct arg *args, void *settings)
{
    size_t n = strlen(t->letters);

    for (; args && args->name && t->count + 1 < ARGS_MOST; args++, t->count++) {
        t->options[t->count] =
            (struct option){ args->name, args->value ? required_argument : no_argument, NULL,
                             FIRST_CODE + t->count };
        t->arg[t->count] = args;
        t->settings[t->count] = settings;
        if (args->letter) {
            t->letters[n++] = args->letter;
            if (args->value)
                t->letters[n++] = ':';
        }
    }
    t->letters[n] = '\0';
}

static bool set(struct tables *t, int code, struct dx_error *err)
{
    int i = code - FIRST_CODE;

    for (int j = 0; code < FIRST_CODE && j < t->count; j++)
        if (t->arg[j]->letter == code)
            i = j;
    if (i < 0 || i >= t->count)
        return dx_fail(err, DX_FAULT_CONFIG, "unknown option");
    char *field = (char *)t->settings[i] + t->arg[i]->offset;
    if (t->arg[i]->value && !*optarg) /* as of a variable that is not set */
        return dx_fail(err, DX_FAULT_CONFIG, "--%s needs a value", t->arg[i]->name);
    if (t->arg[i]->value)
        *(const char **)(void *)field = optarg;
    else
        *(bool *)(void *)field = true;
    return true;
}

static bool unknown(const struct tables *t, const char *word, struct dx_error *err)
{
    const char *names[ARGS_MOST + 1];
    const char *near;
    int n = 0;

    while (n < t->count) {
        names[n] = t->arg[n]->name;
        n++;
    }
    names[n] = NULL;
    near = word && strncmp(word, "--", 2) == 0 ? text_nearest(word + 2, names) : NULL;
    if (near)
        return dx_fail(err, DX_FAULT_CONFIG, "unknown option %.60s; did you mean --%s?", word,
                       near);
    return dx_fail(err, DX_FAULT_CONFIG, "unknown option %.60s", word ? word : "");
}

/* letter: a byte, which is negative where char is signed and it is not ASCII. */
static bool unknown_letter(int letter, struct dx_error *err)
{
    if (letter <= ' ' || letter >= 0x7F)
        return dx_fail(err, DX_FAULT_CONFIG, "unknown option: a letter that is none");
    return dx_fail(err, DX_FAULT_CONFIG, "unknown option -%c", letter);
}

static bool is_adhoc(const struct common_args *args)
{
    return *args->prometheus || *args->alertmanager || *args->github;
}

bool args_parse(int argc, char **argv, struct common_args *common, const struct arg *own,
                void *settings, struct dx_error *err)
{
    struct tables t = { .letters = ":" };
    int code;

    *common = (struct common_args){ "", "", "", "", "", "", "", "", "", 0 };
    add_table(&t, common_args, common);
    add_table(&t, own, settings);
    opterr = 0;
    optind = 0; /* not 1: it would go on within the word that the last line ended at */
    while ((code = getopt_long(argc, argv, t.letters, t.options, NULL)) != -1) {
        if (code == ':')
            return dx_fail(err, DX_FAULT_CONFIG, "%.60s needs a value", argv[optind - 1]);
        if (code == '?' && optopt != 0 && optopt < FIRST_CODE) /* perhaps within a word */
            return unknown_letter(optopt, err);
        if (code == '?')
            return unknown(&t, argv[optind - 1], err);
        if (!set(&t, code, err))
            return false;
    }
    common->rest = optind;
    if (*common->clock && *common->now)
        return dx_fail(err, DX_FAULT_CONFIG, "--clock and --now do not go together");
    if (*common->log_level && !*common->log)
        return dx_fail(err, DX_FAULT_CONFIG, "--log-level goes with --log");
    if (*common->config && is_adhoc(common))
        return dx_fail(err, DX_FAULT_CONFIG, "-c and a source do not go together");
    return true;
}

void args_print_help(struct buf *out, const struct arg *args)
{
    for (; args->name; args++) {
        char left[64];
        char letter[8] = "    ";

        if (args->letter)
            (void)snprintf(letter, sizeof(letter), "-%c, ", args->letter);
        (void)snprintf(left, sizeof(left), "  %s--%s%s%s", letter, args->name,
                       args->value ? " " : "", args->value ? args->value : "");
        (void)buf_print(out, "%-*s %s\n", HELP_COLUMN, left, args->help);
    }
}

void args_print_mdoc(struct buf *out, const struct arg *args)
{
    for (; args->name; args++) {
        (void)buf_text(out, ".It ");
        if (args->letter)
            (void)buf_print(out, "Fl %c , ", args->letter);
        (void)buf_print(out, "Fl -%s%s%s\n%s\n", args->name, args->value ? " Ar " : "",
                        args->value ? args->value : "", args->help);
    }
}

/* ---- the configuration ---- */

/* OWNER or OWNER/REPO, by GitHub's rules for names. */
static bool is_repository(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789_.-";
    size_t owner = strspn(name, letters), rest;

    if (owner == 0 || name[owner] == '\0')
        return owner > 0;
    rest = strspn(name + owner + 1, letters);
    return name[owner] == '/' && rest > 0 && name[owner + 1 + rest] == '\0';
}

static void put_github(struct buf *text, const char *name)
{
    const char *token = getenv("GITHUB_TOKEN");

    (void)buf_print(text,
                    strchr(name, '/') ? "  - type: github\n    repos: [\"%s\"]\n"
                                      : "  - type: github\n    org: \"%s\"\n",
                    name);
    if (token && *token) /* without one GitHub gives 60 requests an hour */
        (void)buf_text(text, "    token: {env: GITHUB_TOKEN}\n");
}

static bool load_adhoc(const struct common_args *args, struct config *config,
                       const struct config_kinds *sources, const struct config_kinds *panels,
                       struct buf *complaints)
{
    struct buf text;
    bool ok;

    if (strpbrk(args->prometheus, "\"\\\n") || strpbrk(args->alertmanager, "\"\\\n")) {
        (void)buf_text(complaints, "dxtop: a URL has no quotes, backslashes or line ends in it\n");
        return false;
    }
    if (*args->github && !is_repository(args->github)) {
        (void)buf_text(complaints, "dxtop: --github wants OWNER/REPO, or OWNER for all of them\n");
        return false;
    }
    buf_init(&text, 64 << 10);
    (void)buf_text(&text, "sources:\n");
    if (*args->prometheus)
        (void)buf_print(
            &text,
            "  - type: prometheus\n    url: \"%s\"\n    alerts: %s\n    queries:\n"
            "      up: {query: 'sum by (job) (up) / count by (job) (up)', unit: ratio}\n"
            "      scrape seconds: {query: 'max by (job) (scrape_duration_seconds)',"
            " unit: seconds}\n",
            args->prometheus, *args->alertmanager ? "no" : "yes"); /* each alert once */
    if (*args->alertmanager)
        (void)buf_print(&text, "  - type: alertmanager\n    url: \"%s\"\n", args->alertmanager);
    if (*args->github)
        put_github(&text, args->github);
    ok = config_load(config, NULL, text.bytes, sources, panels, complaints);
    config->path = arena_print(&config->arena, "%s %s%s%s", args->prometheus, args->alertmanager,
                               *args->github ? " " : "", args->github);
    buf_done(&text);
    return ok;
}

bool common_args_load(const struct common_args *args, struct config *config,
                      const struct config_kinds *sources, const struct config_kinds *panels,
                      struct buf *complaints)
{
    char *path = NULL;
    bool ok = false;

    *config = (struct config){ .path = "" };
    if (is_adhoc(args))
        return load_adhoc(args, config, sources, panels, complaints);
    path = *args->config ? mem_text(args->config) : config_find(CONFIG_SYSTEM);
    if (path)
        ok = config_load(config, path, NULL, sources, panels, complaints);
    else
        (void)buf_text(complaints,
                       "dxtop: there is no configuration; make one with 'dxtop init', try 'dxtop "
                       "demo', give one with -c, or watch a server with --prometheus URL or "
                       "--github OWNER/REPO "
                       "(dxtop-config(5) explains the file)\n");
    free(path);
    return ok;
}

bool common_args_start(const struct common_args *args, struct clock *clock, struct dx_error *err)
{
    enum dx_log_level level = DX_LOG_INFO;
    const char *text = *args->now ? args->now : args->clock;

    if (*args->log_level && !log_level_parse(&level, args->log_level))
        return dx_fail(err, DX_FAULT_CONFIG, "--log-level is one of debug, info, warn, error");
    if (*text && !clock_parse(clock, text, err))
        return false;
    if (*args->now && strchr(args->now, '@'))
        return dx_fail(err, DX_FAULT_CONFIG, "--now takes a time only; use --clock for a speed");
    if (*args->now)
        clock->speed = 0.;
    return !*args->log || log_open(args->log, level, err);
}

char *common_args_store(const struct common_args *args, const struct config *config, int schema)
{
    return config_store_path(config, args->state, schema);
}

void common_args_pass(const struct common_args *args, char ***argv, size_t *count)
{
    for (const struct arg *a = common_args; a->name; a++) {
        const char *value = *(const char *const *)(const void *)((const char *)args + a->offset);

        if (!*value)
            continue;
        *argv = mem_grow(*argv, *count + 2, sizeof(**argv));
        (*argv)[(*count)++] = mem_print("--%s=%s", a->name, value);
        (*argv)[*count] = NULL;
    }
}
