/* exec: any other system, as a program that prints a record a line, as JSON. What it may
 * print is in dxtop-config(5). */
#include "config.h"

#include "source/exec.h"

#include <string.h>

#include "core/text.h"
#include "source/plan.h"

enum { LINE_MOST = 64 << 10, NAMED_MOST = 5, NAME_SHOWN = 80 };

struct exec {
    struct dx_items command, env; /* of const char *; lists end at NULL */
};

static const struct dx_option options[] = {
    { .name = "command",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct exec, command),
      .help = "the program and its arguments; it prints a record a line, as JSON" },
    { .name = "env",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct exec, env),
      .fallback = "",
      .help = "variables of the collector's environment that it sees too, by name" },
    { 0 },
};

static bool check(const void *config, struct dx_error *err)
{
    const struct exec *x = config;
    const char *const *argv = x->command.item, *const *env = x->env.item;

    if (x->command.count == 0 || !*argv[0])
        return dx_fail(err, DX_FAULT_CONFIG, "command: a program has to be named");
    if (strchr(argv[0], '/') && argv[0][0] != '/')
        return dx_fail(err, DX_FAULT_CONFIG,
                       "command: \"%.100s\" has to begin with /, or to be a name that is found in "
                       "PATH",
                       argv[0]);
    for (size_t i = 0; i < x->env.count; i++)
        if (!*env[i] || strchr(env[i], '='))
            return dx_fail(err, DX_FAULT_CONFIG,
                           "env: \"%.60s\" is no name of a variable; values do not stand here",
                           env[i]);
    return true;
}

static const char *const *command(const void *config)
{
    const struct exec *x = config;

    return x->command.item;
}

static struct dx_items variables(const void *config)
{
    const struct exec *x = config;

    return x->env;
}

/* ---- lines ---- */

struct lines { /* what became of them */
    size_t number, good, bad, unknown;
    struct dx_error first; /* of the bad ones */
};

static void refuse(struct lines *lines, struct batch *batch, const char *why)
{
    struct dx_error words;

    dx_fail(&words, DX_FAULT_REPLY, "line %zu: %s", lines->number, why);
    if (lines->bad == 0)
        lines->first = words;
    if (++lines->bad <= NAMED_MOST)
        batch_note(batch, DX_LOG_WARN, "%s; it is left out", words.text);
}

static void count_unknown(struct lines *lines, const struct exec_line *line)
{
    char name[NAME_SHOWN];
    size_t count;
    const char *first = exec_unseen(line, &count);

    if (first && lines->unknown == 0) {
        (void)text_clean(name, sizeof(name), first, strlen(first));
        batch_note(line->batch, DX_LOG_INFO, "line %zu has a field that is not known: \"%s\"",
                   lines->number, name);
    }
    lines->unknown += count;
}

static void take_line(struct exec_poll *poll, struct lines *lines, const char *text, size_t len)
{
    struct exec_line line = { .batch = poll->batch };
    json_error_t why = { 0 };
    char reason[NAME_SHOWN];
    struct parsed parsed;

    if (len > LINE_MOST) {
        refuse(lines, poll->batch, "longer than 64 KiB");
        return;
    }
    parsed = source_parse(text, len, &why);
    line.object = parsed.json;
    if (!parsed.json) {
        (void)text_clean(reason, sizeof(reason), why.text, strlen(why.text));
        dx_fail(&line.error, DX_FAULT_REPLY, "not JSON: %s", reason);
    } else if (!json_is_object(parsed.json)) {
        dx_fail(&line.error, DX_FAULT_REPLY, "not a JSON object");
    }
    if (line.error.fault == DX_FAULT_NONE && exec_record(poll, &line)) {
        lines->good++;
        poll->batch->repaired += parsed.mended;
        count_unknown(lines, &line);
    } else {
        refuse(lines, poll->batch, line.error.text);
    }
    parsed_done(&parsed);
}

static size_t blanks(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && (text[n] == ' ' || text[n] == '\t' || text[n] == '\r'))
        n++;
    return n;
}

static void take_lines(struct exec_poll *poll, const struct reply *reply, struct lines *lines)
{
    const char *at = reply->body, *end = reply->body + reply->len;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);

        lines->number++;
        if (!stop && reply->cut)
            break; /* half a line is no record */
        if (blanks(at, len) < len)
            take_line(poll, lines, at, len);
        at = stop ? stop + 1 : end;
    }
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    struct exec_poll poll = { .plan = plan, .batch = batch, .now_ms = reply->now_ms };
    struct lines lines = { .number = 0 };

    (void)config;
    take_lines(&poll, reply, &lines);
    /* A line that was left out may have been one of them. */
    exec_complete(&poll, reply->status == 200 && !reply->cut && lines.bad == 0);
    exec_done(&poll);
    if (lines.bad > NAMED_MOST)
        batch_note(batch, DX_LOG_WARN, "%zu more lines were left out", lines.bad - NAMED_MOST);
    if (lines.unknown > 1)
        batch_note(batch, DX_LOG_INFO, "%zu fields are not known", lines.unknown);
    if (lines.good == 0 && lines.bad > 0)
        return dx_fail(err, DX_FAULT_REPLY, "printed no record; %s", lines.first.text);
    return true;
}

const struct source source_exec = {
    .name = "exec",
    .summary = "any other system, by a program that prints JSON lines",
    .yields = 1u << DX_KIND_RUN | 1u << DX_KIND_POOL | 1u << DX_KIND_SAMPLE | 1u << DX_KIND_ALERT |
              1u << DX_KIND_TICKET | 1u << DX_KIND_CHANGE,
    .version = 1,
    .config_size = sizeof(struct exec),
    .options = options,
    .every = "60s",
    .history = "0s",
    .check = check,
    .command = command,
    .variables = variables,
    .decode = decode,
};
