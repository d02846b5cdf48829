/* dxtop-sim: argv to the simulated platform. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sim/server.h"

enum { EXIT_USAGE = 2 };

static const struct option options[] = {
    { "port", required_argument, NULL, 'p' },
    { "seed", required_argument, NULL, 's' },
    { "clock", required_argument, NULL, 'c' },
    { "now", required_argument, NULL, 'n' },
    { "public-url", required_argument, NULL, 'u' },
    { "auth", no_argument, NULL, 'a' },
    { "fault", required_argument, NULL, 'f' },
    { "until-stdin", no_argument, NULL, 'i' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },
    { 0 },
};

static const char usage[] =
    "usage: dxtop-sim [OPTION]...\n\n"
    "A simulated developer platform over HTTP, on loopback.\n\n"
    "  --port N          listen there; 0: any free port (unless given)\n"
    "  --seed N          another company\n"
    "  --clock T[@N]     let its clock begin at T and run N times as fast\n"
    "  --now T           let its clock stand at T\n"
    "  --public-url URL  in the URLs that it hands out (https://sim.example)\n"
    "  --auth            want a bearer token, which is printed\n"
    "  --fault F[:ARG]   let every answer go wrong; dxtop-sim(1) lists how\n"
    "  --until-stdin     end when standard input closes\n"
    "  -h, --help        print this\n"
    "  -V, --version     print the version\n";

static bool make_token(struct sim *sim)
{
    unsigned char bytes[16];

    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        return false;
    for (size_t i = 0; i < sizeof(bytes); i++)
        (void)snprintf(sim->token + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* false: *err, or nothing more to do. */
static bool take(struct sim *sim, int code, int *port, bool *until_stdin, struct dx_error *err)
{
    switch (code) {
    case 'p':
        *port = (int)strtol(optarg, NULL, 10);
        return *port >= 0 && *port < 65536;
    case 's':
        sim->world.seed = strtoull(optarg, NULL, 10);
        return true;
    case 'c':
        return clock_parse(&sim->clock, optarg, err);
    case 'n':
        if (!clock_parse(&sim->clock, optarg, err))
            return false;
        sim->clock.speed = 0.;
        return true;
    case 'u':
        sim->public_url = optarg;
        return true;
    case 'a':
        return make_token(sim);
    case 'f':
        return fault_parse(&sim->faults.all, optarg, err);
    case 'i':
        *until_stdin = true;
        return true;
    default:
        return dx_fail(err, DX_FAULT_CONFIG, "unknown option; try dxtop-sim --help");
    }
}

int main(int argc, char **argv)
{
    struct sim sim = { .world = { .seed = 1 }, .public_url = "https://sim.example" };
    struct dx_error err = { .text = "a port is 0 to 65535" };
    bool until_stdin = false;
    int code, port = 0;

    while ((code = getopt_long(argc, argv, "hV", options, NULL)) != -1) {
        if (code == 'h' || code == 'V') {
            (void)fputs(code == 'h' ? usage : "dxtop-sim " PACKAGE_VERSION "\n", stdout);
            return EXIT_SUCCESS;
        }
        if (!take(&sim, code, &port, &until_stdin, &err)) {
            (void)fprintf(stderr, "dxtop-sim: %s\n", err.text);
            return EXIT_USAGE;
        }
    }
    return server_run(&sim, port, until_stdin);
}
