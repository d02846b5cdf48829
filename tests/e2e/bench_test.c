/* Measuring goes on working: as small as it can be, all that ./dev bench prints is there. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../run.h"

TestSuite(bench, .init = set_paths, .timeout = 600);

static const char *bench(void)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/tests/bench", getenv("DX_SRC"));
    return path;
}

Test(bench, its_table_has_its_rows)
{
    static const char *const rows[] = {
        "median of 1               first paint ms",
        "\ndxtop    ",
        "\ndxtop, quiet    ",
        "\ndxtop, jobs    ",
        "\nempty screen    ",
        "\ncollector    ",
        "\ncollector, jobs    ",
        "\none TLS request    ",
        "\nratios  ",
        "\ndxtop / empty screen    ",
        "\ncollector / one TLS request  ",
        "\ntaking in the jobs of a company",
        "\njobs/s  ",
        "\na store of many jobs",
        "\npipelines ms  ",
    };
    char program[600];
    const char *argv[] = { "python3", program, "--runs", "1", "--seconds", "1",
                           "--jobs",  "1000",  "--days", "1", NULL };
    double paint = 0., bytes = 0., cpu = 0., rss = 0.;
    const char *line;
    char *out;
    int status;

    snprintf(program, sizeof(program), "%s/bench.py", bench());
    out = program_run(argv, &status);
    cr_assert_eq(status, 0, "%s", out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect(strstr(out, rows[i]), "no \"%s\" in:\n%s", rows[i], out);
    line = strstr(out, "\ndxtop    ");
    cr_assert(line && sscanf(line, "\ndxtop %lf %lf %lf %lf", &paint, &bytes, &cpu, &rss) == 4,
              "%s", out);
    cr_expect(paint > 0. && cpu > 0. && rss > 1., "%s", out);
}

Test(bench, what_cannot_be_polled_is_said)
{
    char program[1400];
    const char *argv[] = { "python3", "-c", program, NULL };
    char *dir = test_dir(), *out;
    int status;

    snprintf(program, sizeof(program), "%s/t.yaml", dir);
    write_file(program,
               "sources: [{type: github, name: gone, url: 'http://127.0.0.1:1', org: o}]\n");
    snprintf(program, sizeof(program),
             "import sys; sys.path.insert(0, '%s'); sys.dont_write_bytecode = True; import bench\n"
             "try: bench.fill(['-c', '%s/t.yaml', '--state', '%s'])\n"
             "except SystemExit as end: print(end)\n",
             bench(), dir, dir);
    out = program_run(argv, &status);
    cr_expect_str_eq(out, "bench: not every source of the configuration can be polled cleanly:\n"
                          "  gone: 127.0.0.1 port 1 refused the connection\n");
    cr_expect_eq(status, 0);
}
