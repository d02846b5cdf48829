/* Measuring goes on working: as small as it can be, all that ./dev bench prints is there. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "tests/where.h"

TestSuite(bench, .init = set_paths, .timeout = 600);

static const char bench[] = SRC_DIR "/tests/bench";

/* What a shell says of it, both outputs together. */
static char *run_bench(int *status, const char *arguments)
{
    char command[1400];
    const char *argv[] = { "/bin/sh", "-c", command, NULL };

    snprintf(command, sizeof(command), "exec 2>&1; exec python3 -B '%s/bench.py' %s", bench,
             arguments);
    return program_run(argv, status);
}

static void says(const char *out, const char *const *words)
{
    for (; *words; words++)
        cr_expect(strstr(out, *words), "no \"%s\" in:\n%s", *words, out);
}

/* All parts but the one for which valgrind takes its time. They measure, and what they call others
 * test: to do it sanitized says no more. */
Test(bench, its_table_has_its_rows_and_two_runs_compare, .disabled = SANITIZED)
{
    static const char *const rows[] = {
        "\nprograms at 200x60 ",
        "\ndxtop    ",
        "\ndxtop, quiet    ",
        "\ndxtop, jobs    ",
        "\nempty screen    ",
        "\ncollector    ",
        "\ncollector, jobs    ",
        "\none TLS request    ",
        "\nratios  ",
        "\ndxtop / empty screen    ",
        "\ntaking in the jobs",
        "\njobs/s  ",
        "\na store of many jobs",
        "\npipelines ms  ",
        "\n4 sources at 30 s",
        "\nviewer and collector  ",
        "\naddressed  ",
        "\ndressed  ",
        "\nviewers on one store",
        "\na frame at 200x60",
        "\nkeys, while replies of 8 MB",
        "\nback-fill\n",
        "\nfirst paint / its libraries alone  ",
        "\nwake-ups/s, viewer  ",
        "\nbytes a job, largest store ",
        "\nback-fill / its requests alone ",
        "\nkey to paint, p99 over an echo, ms ",
        "at most 220  ",
        NULL,
    };
    static const char *const compared[] = { "\nviewer RSS / its libraries alone ", "1.00 x", NULL };
    char *dir = test_dir(), *out;
    char arguments[600];
    double paint = 0., bytes = 0., cpu = 0., rss = 0.;
    const char *line;
    int status;

    snprintf(arguments, sizeof(arguments),
             "--quick --only programs,ingest,growth,idle,frame,keys,backfill --json '%s/run'", dir);
    out = run_bench(&status, arguments);
    cr_assert_eq(status, 0, "%s", out);
    says(out, rows);
    line = strstr(out, "\ndxtop    ");
    cr_assert(line && sscanf(line, "\ndxtop %lf %lf %lf %lf", &paint, &bytes, &cpu, &rss) == 4,
              "%s", out);
    cr_expect(paint > 0. && cpu > 0. && rss > 1., "%s", out);
    free(out);

    snprintf(arguments, sizeof(arguments), "--read '%s/run' --against '%s/run'", dir, dir);
    out = run_bench(&status, arguments);
    cr_expect_eq(status, 0, "%s", out);
    says(out, compared);
    cr_expect_null(strstr(out, "not measured in the same way"));
    free(out);
    free(dir);
}

static void complains(const char *arguments, const char *words)
{
    int status;
    char *out = run_bench(&status, arguments);

    cr_expect_eq(status, 1, "%s", out);
    cr_expect(strstr(out, words), "no \"%s\" in:\n%s", words, out);
    free(out);
}

Test(bench, what_no_run_wrote_is_not_compared)
{
    char *dir = test_dir();
    char path[300], arguments[400];

    snprintf(path, sizeof(path), "%s/run", dir);
    snprintf(arguments, sizeof(arguments), "--against '%s'", path);
    complains(arguments, "/run: No such file or directory\n");
    write_file(path, "not JSON");
    complains(arguments, "/run: this is no JSON: ");
    write_file(path, "{\"dxtop bench\": 99}");
    complains(arguments, "/run: not written by ./dev bench --json, or by another version of it\n");
    write_file(path, "[]");
    complains(arguments, "/run: not written by ./dev bench --json, or by another version of it\n");
    free(dir);
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
    snprintf(
        program, sizeof(program),
        "import sys; sys.path.insert(0, '%s'); sys.dont_write_bytecode = True; import company\n"
        "try: company.fill(['-c', '%s/t.yaml', '--state', '%s'])\n"
        "except SystemExit as end: print(end)\n",
        bench, dir, dir);
    out = program_run(argv, &status);
    cr_expect_str_eq(out, "bench: not every source of the configuration can be polled cleanly:\n"
                          "  gone: 127.0.0.1 port 1 refused the connection\n");
    cr_expect_eq(status, 0);
}
