/* dxtop-collect: argv to the collector's loop. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "collect/arguments.h"
#include "collect/collect.h"
#include "collect/kinds.h"
#include "collect/process.h"
#include "collect/service.h"
#include "core/log.h"
#include "core/standard.h"
#include "store/store.h"

static int print(void (*what)(struct buf *out))
{
    struct buf out;

    buf_init(&out, 1 << 20);
    what(&out);
    (void)fputs(out.bytes, stdout);
    buf_done(&out);
    return COLLECT_OK;
}

static int run(const struct collect_arguments *args, const struct config *config)
{
    struct collect_options options = { .config = config,
                                       .once = args->once,
                                       .wait_ms = args->wait_ms,
                                       .until_stdin = args->until_stdin };
    struct dx_error err = { 0 };
    char *store;
    int status;

    if (!common_args_start(&args->common, &options.clock, &err)) {
        (void)fprintf(stderr, "dxtop-collect: %s\n", err.text);
        return COLLECT_CONFIG;
    }
    if (args->check)
        return collect_check(config, &options.clock, args->json);
    store = common_args_store(&args->common, config, STORE_SCHEMA);
    options.store = store;
    options.at = args->at;
    if (!*options.at && service_is()) /* no viewer would look elsewhere, and it tries again */
        options.at = store;
    status = collect_run(&options, &err);
    if (err.fault != DX_FAULT_NONE)
        (void)fprintf(stderr, "%s\n", err.text);
    free(store);
    return status;
}

int main(int argc, char **argv)
{
    struct config_kinds kinds = kinds_of_sources(), none = { 0 };
    struct collect_arguments args;
    struct dx_error err = { 0 };
    struct config config;
    struct buf complaints;
    int status = COLLECT_CONFIG;

    process_harden(); /* before anything can fail: the environment has secrets */
    standard_files();
    (void)signal(SIGCHLD, SIG_DFL); /* or nobody could tell how a command ended */
    if (!collect_arguments_parse(&args, argc, argv, &err)) {
        (void)fprintf(stderr, "dxtop-collect: %s\n", err.text);
        return COLLECT_CONFIG;
    }
    if (args.help || args.options)
        return print(args.help ? collect_arguments_help : collect_arguments_mdoc);
    if (args.schema)
        return print(collect_arguments_schema);
    if (*args.shell)
        return collect_arguments_completion(args.shell), COLLECT_OK;
    if (args.version)
        return puts("dxtop-collect " PACKAGE_VERSION) < 0;
    buf_init(&complaints, 1 << 20);
    if (common_args_load(&args.common, &config, &kinds, &none, &complaints))
        status = args.judge ? COLLECT_OK : run(&args, &config);
    else
        (void)fputs(complaints.bytes ? complaints.bytes : "", stderr);
    buf_done(&complaints);
    config_done(&config);
    log_close();
    return status;
}
