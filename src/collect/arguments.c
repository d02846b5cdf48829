/* arguments: the command line of dxtop-collect. */
#include "config.h"

#include "collect/arguments.h"

#include <stdlib.h>
#include <string.h>

#include "collect/kinds.h"
#include "config/json_schema.h"
#include "core/shells.h"
#include "source/source.h"

#define OWN(field) offsetof(struct collect_arguments, field)

static const struct arg own[] = {
    { "once", 0, NULL, OWN(once), "poll every source once, fill back, and end" },
    { "wait", 0, "D", OWN(wait), "with --once: give up after this time (5m)" },
    { "check", 0, NULL, OWN(check), "reach every source, say what was found, and end" },
    { "json", 0, NULL, OWN(json), "with --check: as JSON" },
    { "at", 0, "FILE", OWN(at), "collect into this file, which viewers have open, or not at all" },
    { "until-stdin", 0, NULL, OWN(until_stdin),
      "end when standard input closes, unless viewers are there" },
    { "judge", 0, NULL, OWN(judge), "say what is wrong with the configuration, and end" },
    { "schema", 0, NULL, OWN(schema),
      "print the JSON Schema of a source, a part of that of dxtop schema" },
    { "print-options", 0, NULL, OWN(options), "print all options as the manuals have them" },
    { "print-completion", 0, "SHELL", OWN(shell), "print the completion of bash, zsh or fish" },
    { "help", 'h', NULL, OWN(help), "print this" },
    { "version", 'V', NULL, OWN(version), "print the version" },
    { 0 },
};

/* It does one thing, and what that would do nothing with is not taken. */
static bool judge(const struct collect_arguments *args, struct dx_error *err)
{
    if (args->once + args->check + args->judge + args->schema + args->options > 1)
        return dx_fail(err, DX_FAULT_CONFIG,
                       "--once, --check, --judge, --schema or --print-options: one of them");
    if (*args->wait && !args->once)
        return dx_fail(err, DX_FAULT_CONFIG, "--wait goes with --once");
    if (args->json && !args->check)
        return dx_fail(err, DX_FAULT_CONFIG, "--json goes with --check");
    return true;
}

bool collect_arguments_parse(struct collect_arguments *args, int argc, char **argv,
                             struct dx_error *err)
{

    *args = (struct collect_arguments){ .wait = "", .shell = "", .at = "" };
    if (!args_parse(argc, argv, &args->common, own, args, err))
        return false;
    if (*args->shell && !shells_known(args->shell, err))
        return false;
    if (args->common.rest < argc)
        return dx_fail(err, DX_FAULT_CONFIG, "%.60s: there are no operands",
                       argv[args->common.rest]);
    if (!duration_parse(&args->wait_ms, *args->wait ? args->wait : "5m"))
        return dx_fail(err, DX_FAULT_CONFIG, "--wait: \"%.40s\" is not a duration like 30s",
                       args->wait);
    return judge(args, err);
}

void collect_arguments_help(struct buf *out)
{
    (void)buf_text(out, "usage: dxtop-collect [OPTION]...\n\n"
                        "Polls the sources of the configuration into the store that dxtop shows.\n"
                        "dxtop starts it by itself; it can also run alone, as a service.\n\n");
    args_print_help(out, own);
    args_print_help(out, common_args);
}

void collect_arguments_schema(struct buf *out)
{
    struct config_kinds kinds = kinds_of_sources();
    json_t *schema = json_schema_kinds(&kinds, config_source_options, "type");
    char *text = json_dumps(schema, JSON_INDENT(1) | JSON_SORT_KEYS);

    (void)buf_print(out, "%s\n", text ? text : "");
    free(text);
    json_decref(schema);
}

void collect_arguments_completion(const char *shell)
{
    shells_print(shell,
                 &(struct shell_words){ "dxtop-collect", { own, common_args }, NULL, NULL, { 0 } });
}

/* Sections begin with a comment that names them, as in the manual's pages. */
void collect_arguments_mdoc(struct buf *out)
{
    (void)buf_text(out, ".\\\" options\n");
    args_print_mdoc(out, own);
    args_print_mdoc(out, common_args);
    (void)buf_text(out, ".\\\" source\n");
    config_print_mdoc(out, config_source_options);
    for (size_t i = 0; sources[i]; i++) {
        (void)buf_print(out, ".\\\" %s\n", sources[i]->name);
        config_print_mdoc(out, sources[i]->options);
    }
    (void)buf_text(out, ".\\\" query\n");
    for (const struct dx_option *o = source_prometheus.options; o->name; o++)
        if (o->fields)
            config_print_mdoc(out, o->fields);
}
