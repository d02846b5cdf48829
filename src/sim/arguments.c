/* arguments: the command line of dxtop-sim, by its table. */
#include "config.h"

#include "sim/arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/shells.h"
#include "core/text.h"
#include "core/time.h"
#include "sim/noise.h"

enum { OPTIONS = 18, FIRST_CODE = 1000, HELP_COLUMN = 22, TOKEN_BYTES = 16 };

/* In its company there is, at the moment of the README's picture, what the
 * dashboard is for: one pool too slow, one without runners, one that strains. */
static const uint64_t DEFAULT_SEED = 163886;

#define FIELD(name) offsetof(struct arguments, name)

/* A value NULL: a flag. The faults are a list, and kept in the sim. */
static const struct arg rows[OPTIONS + 1] = {
    { "port", 0, "N", FIELD(port), "listen there; 0, unless given: any free port" },
    { "seed", 0, "N", FIELD(seed), "another company" },
    { "clock", 0, "T[@N]", FIELD(clock), "let its clock begin at T and run N times as fast" },
    { "now", 0, "T", FIELD(now), "let its clock stand at T" },
    { "public-url", 0, "URL", FIELD(public_url),
      "in the URLs that it hands out (https://sim.example)" },
    { "repos", 0, "N", FIELD(repos), "repositories of the company (50)" },
    { "history", 0, "D", FIELD(history), "how long it has had its CI systems (30d)" },
    { "ahead", 0, "D", FIELD(ahead),
      "its offices' clock is so far ahead of UTC (0s): more is done by day" },
    { "calm", 0, NULL, FIELD(calm), "little goes wrong in it: a bad day is rare" },
    { "rate-limit", 0, "N", FIELD(rate_limit),
      "requests an hour that GitHub allows (5000); 0: no limits" },
    { "gitlab-limit", 0, "N", FIELD(gitlab_limit),
      "requests a minute that GitLab allows (2000); 0: any number" },
    { "auth", 0, NULL, FIELD(auth), "want a bearer token, which is made and printed" },
    { "token", 0, "TOKEN", FIELD(token), "want this bearer token" },
    { "fault", 0, "FAULT", 0, "let answers go wrong, as below; can be given several times" },
    { "until-stdin", 0, NULL, FIELD(until_stdin), "end when standard input closes" },
    { "print-completion", 0, "SHELL", FIELD(shell), "print the completion of bash, zsh or fish" },
    { "help", 'h', NULL, FIELD(help), "print this" },
    { "version", 'V', NULL, FIELD(version), "print the version" },
    { 0 },
};

void arguments_help(struct buf *out)
{
    (void)buf_text(out,
                   "usage: dxtop-sim [OPTION]...\n\n"
                   "A simulated developer platform over HTTP, on loopback: the Prometheus and "
                   "the\nAlertmanager of a company with nine pools of runners, its CI systems, "
                   "and where\nits people write tickets.\n\n");
    for (size_t i = 0; i < OPTIONS; i++) {
        char name[40];

        (void)snprintf(name, sizeof(name), "  %c%c%s --%s%s%s", rows[i].letter ? '-' : ' ',
                       rows[i].letter ? rows[i].letter : ' ', rows[i].letter ? "," : " ",
                       rows[i].name, rows[i].value ? " " : "", rows[i].value ? rows[i].value : "");
        (void)buf_print(out, "%-*s  %s\n", HELP_COLUMN, name, rows[i].help);
    }
    (void)buf_text(out, "\nA FAULT is NAME[:N][:SHARE%][@/PATH]; it hits SHARE of the requests for "
                        "PATH.\nA request asks for one by ?fault=..., and POST "
                        "/sim/fault?fault=... switches them.\n");
    faults_print_names(out);
    (void)buf_text(out, "\nPOST /sim/ticket?do=create makes a ticket now; dxtop-sim(1) tells what "
                        "can be\ndone to it, and under which paths the systems are.\n");
}

void arguments_completion(const char *shell)
{
    struct buf faults;

    buf_init(&faults, 4096);
    faults_put_words(&faults);
    shells_print(shell, &(struct shell_words){
                            "dxtop-sim", { rows, NULL }, NULL, NULL, { "fault", faults.bytes } });
    buf_done(&faults);
}

/* ---- checking ---- */

static bool parse_port(struct arguments *args, struct dx_error *err)
{
    char *end;
    long port = strtol(args->port, &end, 10);

    if (*args->port && (*end || end == args->port || port < 0 || port > 65535))
        return dx_fail(err, DX_FAULT_CONFIG, "--port: \"%.40s\" is not a number from 0 to 65535",
                       args->port);
    args->port_number = (int)port;
    return true;
}

static bool parse_seed(const struct arguments *args, struct sim *sim, struct dx_error *err)
{
    char *end;

    if (!*args->seed)
        return true;
    errno = 0;
    sim->world.seed = strtoull(args->seed, &end, 10);
    return (errno == 0 && !*end && args->seed[0] >= '0' && args->seed[0] <= '9') ||
           dx_fail(err, DX_FAULT_CONFIG, "--seed: \"%.40s\" is not a whole number", args->seed);
}

static bool parse_clock(const struct arguments *args, struct sim *sim, struct dx_error *err)
{
    if (*args->clock && *args->now)
        return dx_fail(err, DX_FAULT_CONFIG, "--clock and --now do not go together");
    if (*args->clock && !clock_parse(&sim->clock, args->clock, err))
        return false;
    if (*args->now && (strchr(args->now, '@') || !clock_parse(&sim->clock, args->now, err)))
        return dx_fail(err, DX_FAULT_CONFIG,
                       "--now: \"%.60s\" is not a time; write it like 2026-11-24T08:43:00Z",
                       args->now);
    if (*args->now)
        sim->clock.speed = 0.;
    sim->start_ms = clock_now(&sim->clock);
    return sim->start_ms >= 0 ||
           dx_fail(err, DX_FAULT_CONFIG, "the simulated company was founded in 1970");
}

static bool parse_url(const struct arguments *args, struct sim *sim, struct dx_error *err)
{
    sim->public_url = *args->public_url ? args->public_url : "https://sim.example";
    return strncmp(sim->public_url, "https://", 8) == 0 ||
           strncmp(sim->public_url, "http://", 7) == 0 ||
           dx_fail(err, DX_FAULT_CONFIG,
                   "--public-url: \"%.60s\" does not begin with http:// or "
                   "https://",
                   sim->public_url);
}

/* What an Authorization header and a line of JSON can hold as it is. */
static bool parse_token(const struct arguments *args, struct sim *sim, struct dx_error *err)
{
    static const char good[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
    unsigned char bytes[TOKEN_BYTES];

    if (args->auth && *args->token)
        return dx_fail(err, DX_FAULT_CONFIG, "--auth and --token do not go together");
    if (args->token[strspn(args->token, good)] || strlen(args->token) >= sizeof(sim->token))
        return dx_fail(err, DX_FAULT_CONFIG,
                       "--token: at most %zu letters, digits and -._~+/= are possible",
                       sizeof(sim->token) - 1);
    (void)snprintf(sim->token, sizeof(sim->token), "%s", args->token);
    if (!args->auth)
        return true;
    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        return dx_fail(err, DX_FAULT_SYSTEM, "no random bytes for a token: %s", strerror(errno));
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(sim->token + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

static bool parse_number(int64_t *number, const char *name, const char *text, int64_t least,
                         int64_t most, struct dx_error *err)
{
    char *end;

    if (!*text)
        return true;
    *number = strtoll(text, &end, 10);
    return (!*end && *number >= least && *number <= most) ||
           dx_fail(err, DX_FAULT_CONFIG, "--%s: \"%.40s\" is not a number from %lld to %lld", name,
                   text, (long long)least, (long long)most);
}

static bool parse_company(const struct arguments *args, struct sim *sim, struct dx_error *err)
{
    int64_t repos = 50, history_ms = 30 * DAY_MS, *ahead_ms = &sim->world.ahead_ms;

    sim->rate.limit = 5000;
    sim->minute.limit = 2000;
    if (!parse_number(&repos, "repos", args->repos, 1, 1000, err) ||
        !parse_number(&sim->rate.limit, "rate-limit", args->rate_limit, 0, INT32_MAX, err) ||
        !parse_number(&sim->minute.limit, "gitlab-limit", args->gitlab_limit, 0, INT32_MAX, err))
        return false;
    if (sim->rate.limit == 0)
        sim->minute.limit = 0;
    if (*args->history && (!duration_parse(&history_ms, args->history) || history_ms < HOUR_MS ||
                           history_ms > 400 * DAY_MS))
        return dx_fail(err, DX_FAULT_CONFIG,
                       "--history: \"%.40s\" is not a duration from 1h to 400d", args->history);
    if (*args->ahead && (!duration_parse(ahead_ms, args->ahead) || *ahead_ms >= 7 * DAY_MS))
        return dx_fail(err, DX_FAULT_CONFIG, "--ahead: \"%.40s\" is not a duration of less than 7d",
                       args->ahead);
    sim->world.calm = args->calm;
    sim->options = (struct company_options){ .repos = (int)repos,
                                             .start_ms = sim->start_ms,
                                             .history_ms = history_ms };
    return true;
}

/* ---- reading ---- */

static bool unknown(const char *word, struct dx_error *err)
{
    const char *names[OPTIONS + 1] = { 0 }, *near;

    for (size_t i = 0; i < OPTIONS; i++)
        names[i] = rows[i].name;
    near = word && strncmp(word, "--", 2) == 0 ? text_nearest(word + 2, names) : NULL;
    if (near)
        return dx_fail(err, DX_FAULT_CONFIG, "unknown option %.60s; did you mean --%s?", word,
                       near);
    return dx_fail(err, DX_FAULT_CONFIG, "unknown option %.60s", word ? word : "");
}

static bool set(struct arguments *args, struct sim *sim, int code, struct dx_error *err)
{
    size_t i = 0;

    while (i < OPTIONS && code != FIRST_CODE + (int)i &&
           !(rows[i].letter && code == rows[i].letter))
        i++;
    if (i == OPTIONS)
        return unknown(NULL, err);
    if (strcmp(rows[i].name, "fault") == 0)
        return faults_add(&sim->faults, optarg, err);
    if (rows[i].value)
        *(const char **)(void *)((char *)args + rows[i].offset) = optarg;
    else
        *(bool *)(void *)((char *)args + rows[i].offset) = true;
    return true;
}

bool arguments_parse(struct arguments *args, struct sim *sim, int argc, char **argv,
                     struct dx_error *err)
{
    struct option options[OPTIONS + 1] = { 0 };
    int code;

    *args = (struct arguments){ .port = "",
                                .seed = "",
                                .clock = "",
                                .now = "",
                                .public_url = "",
                                .token = "",
                                .repos = "",
                                .history = "",
                                .ahead = "",
                                .rate_limit = "",
                                .gitlab_limit = "",
                                .shell = "" };
    *sim = (struct sim){ .world = { .seed = DEFAULT_SEED } };
    for (size_t i = 0; i < OPTIONS; i++)
        options[i] = (struct option){ rows[i].name, rows[i].value ? required_argument : no_argument,
                                      NULL, FIRST_CODE + (int)i };
    opterr = 0;
    optind = 1;
    while ((code = getopt_long(argc, argv, ":hV", options, NULL)) != -1) {
        if (code == ':')
            return dx_fail(err, DX_FAULT_CONFIG, "%.60s needs a value", argv[optind - 1]);
        if (code == '?')
            return unknown(argv[optind - 1], err);
        if (!set(args, sim, code, err))
            return false;
    }
    if (optind < argc)
        return dx_fail(err, DX_FAULT_CONFIG, "%.60s: there are no operands", argv[optind]);
    return (!*args->shell || shells_known(args->shell, err)) && parse_port(args, err) &&
           parse_seed(args, sim, err) && parse_clock(args, sim, err) && parse_url(args, sim, err) &&
           parse_token(args, sim, err) && parse_company(args, sim, err);
}
