/* dxtop-sim: argv to the simulated platform. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/arguments.h"
#include "sim/server.h"

enum { EXIT_USAGE = 2 };

static int print_help(void)
{
    struct buf out;

    buf_init(&out, 1 << 16);
    arguments_help(&out);
    (void)fputs(out.bytes, stdout);
    buf_done(&out);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static struct sim sim; /* the alert board is large for a stack */
    struct arguments args;
    struct dx_error err = { 0 };

    if (!arguments_parse(&args, &sim, argc, argv, &err)) {
        (void)fprintf(stderr, "dxtop-sim: %s\nTry 'dxtop-sim --help'.\n", err.text);
        return EXIT_USAGE;
    }
    if (args.help)
        return print_help();
    if (*args.shell)
        return arguments_completion(args.shell), EXIT_SUCCESS;
    if (args.version)
        return puts("dxtop-sim " PACKAGE_VERSION) < 0;
    if (server_run(&sim, args.port_number, args.until_stdin, &err)) {
        company_free(sim.company);
        return EXIT_SUCCESS;
    }
    (void)fprintf(stderr, "dxtop-sim: %s\n", err.text);
    return EXIT_FAILURE;
}
