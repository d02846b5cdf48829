#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <criterion/criterion.h>

#include "run.h"
#include "tests/where.h"

/* Sources that are programs, with the real collector. */

static char *dir;
static char path[512], store[512];
static const char *top = ""; /* of the configuration */

static void start(void)
{
    set_paths();
    dir = test_dir();
    snprintf(store, sizeof(store), "%s/s.db", dir);
}

static void stop(void)
{
    free(dir);
}

TestSuite(program_source, .init = start, .fini = stop, .timeout = 120);

static const char *in_dir(const char *name)
{
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    return path;
}

/* Poll a source with this script once; gives the exit code. */
static int poll_script(const char *script, const char *more)
{
    const char *argv[] = { "dxtop-collect", "--once", "-c", NULL, NULL };
    char file[512], config[512];
    int code;

    snprintf(file, sizeof(file), "%s/program", dir);
    write_file(file, "%s", script);
    chmod(file, 0755);
    snprintf(config, sizeof(config), "%s/dxtop.yaml", dir);
    write_file(config,
               "%sstore: %s\nsources:\n  - type: exec\n    name: builds\n    command: [%s]\n%s",
               top, store, file, more);
    argv[3] = config;
    free(program_run(argv, &code));
    return code;
}

static const char *sql(const char *query)
{
    static char out[4096];
    const char *argv[] = { "sqlite3", store, query, NULL };
    int code;
    char *text = program_run(argv, &code);

    cr_assert_eq(code, 0, "%s", query);
    snprintf(out, sizeof(out), "%s", text);
    if (*out && out[strlen(out) - 1] == '\n')
        out[strlen(out) - 1] = '\0';
    free(text);
    return out;
}

static const char last_poll[] = "SELECT ok || '|' || text FROM poll ORDER BY at_ms DESC LIMIT 1";

/* The example of this name in the manual, as a reader sees it. */
static char *example(const char *name)
{
    char marker[64], *text = calloc(1, 1 << 16), *out = text;

    snprintf(marker, sizeof(marker), ".\\\" example: %s\n", name);
    const char *at = strstr(read_file(SRC_DIR "/man/dxtop-config.5"), marker);
    cr_assert(at, "%s", name);
    at = strstr(at, ".Bd") + 1;
    at = strchr(at, '\n') + 1;
    for (const char *end = strstr(at, "\n.Ed") + 1; at < end; at++) {
        *out++ = *at;
        if (at[0] == '\\' && at[1] == 'e')
            at++;
    }
    return text;
}

Test(program_source, the_example_in_sh_does_what_it_says)
{
    char *script = example("sh");

    setenv("BUILDS", dir, 1);
    write_file(in_dir("17.build"), "acme/web 1795507200 1795507260 0\n");
    write_file(in_dir("18.build"), "acme/web 1795507300 1795507310 2\n");
    cr_expect_eq(poll_script(script, "    env: [BUILDS]\n"), 0, "%s", script);
    cr_expect_str_eq(sql("SELECT group_concat(ext || ':' || phase || ':' || result || ':' ||"
                         " duration_ms || ':' || (flags & 1)) FROM run ORDER BY id"),
                     "17.build:4:1:60000:1,18.build:4:2:10000:1");
    cr_expect_str_eq(sql(last_poll), "1|");
    free(script);
}

Test(program_source, the_example_in_python_does_what_it_says)
{
    char *script = example("python");

    setenv("BUILDS", dir, 1);
    write_file(
        in_dir("jobs.csv"),
        "repository,build,step,pool,queued,started,ended,code\n"
        "acme/web,7,test,linux,2026-11-24T08:00:00Z,2026-11-24T08:00:05Z,2026-11-24T08:01:05Z,1\n"
        "acme/web,7,\"build, all\",linux,2026-11-24T08:00:00Z,2026-11-24T08:00:05Z,,\n"
        "acme/api,8,test,arm,2026-11-24T08:00:00Z,,,\n");
    cr_expect_eq(poll_script(script, "    env: [BUILDS]\n"), 0, "%s", script);
    cr_expect_str_eq(sql("SELECT group_concat(t.text || ':' || j.phase || ':' || j.result || ':' ||"
                         " ifnull(j.queued_ms, '-')) FROM job j JOIN text t ON t.id = j.name"
                         " ORDER BY j.id"),
                     "test:4:2:5000,build, all:3:0:5000,test:2:0:-");
    cr_expect_str_eq(sql("SELECT group_concat(phase || ':' || result) FROM run ORDER BY id"),
                     "3:0,2:0", "made of their jobs, which are not through");
    free(script);
}

#define RUN(id)                                                                                    \
    "echo '{\"type\":\"run\",\"project\":\"p\",\"run_id\":\"" id "\",\"result\":\"success\"}'\n"
#define ALL(id)                                                                                    \
    RUN(id)                                                                                        \
    "echo '{\"type\":\"pool\",\"pool\":\"linux\",\"online\":3}'\n"                                 \
    "echo '{\"type\":\"runner\",\"pool\":\"linux\",\"runner\":\"l-1\"}'\n"                         \
    "echo '{\"type\":\"alert\",\"name\":\"DiskFull\"}'\n"

static const struct {
    const char *script, *runs, *poll, *log;
} endings[] = {
    { ALL("1") "exit 0\n", "1", "1|", NULL },
    { ALL("1") "echo one >&2; echo two >&2\n", "1", "1|", "said: two" },
    { ALL("1") "echo 'cannot log in' >&2; exit 3\n", "1",
      "0|the command PROGRAM failed (exit code 3): cannot log in", NULL },
    { ALL("1") "printf '\\033]0;owned\\007no\\n' >&2; exit 1\n", "1",
      "0|the command PROGRAM failed (exit code 1): no", NULL },
    { ALL("1") "printf '{\"type\":\"run\",\"project\":\"p\"'; sleep 60\n", "1",
      "0|the command PROGRAM did not end within 2 s", NULL },
    { ALL("1") "sleep 60 &\n", "1",
      "0|the command PROGRAM ended, but what it started kept its output open for 2 s", NULL },
    { ALL("1") "exec >&-; sleep 60\n", "1", "0|the command PROGRAM did not end within 2 s", NULL },
    { ALL("1") "yes\n", "1", "0|the command PROGRAM printed more than 4096 bytes", NULL },
    { ALL("1") "echo oops\n" RUN("2"), "2", "1|", "line 5: not JSON" },
    { "echo oops\n", "0", "0|printed no record; line 1: not JSON: invalid token near 'oops'",
      NULL },
};

Test(program_source, every_end_of_a_program_is_told)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        const char *at = strstr(endings[i].poll, "PROGRAM");
        char script[1024], poll[1024];
        bool ok = endings[i].poll[0] == '1', late = strstr(endings[i].poll, " 2 s") != NULL;

        snprintf(store, sizeof(store), "%s/%zu.db", dir, i);
        snprintf(script, sizeof(script), "#!/bin/sh\n%s", endings[i].script);
        cr_expect_eq(poll_script(script, late ? "    timeout: 2s\n    max_body: 4096\n"
                                              : "    timeout: 30s\n    max_body: 4096\n"),
                     !ok, "%s", endings[i].script);
        snprintf(poll, sizeof(poll), "%s", endings[i].poll);
        if (at)
            snprintf(poll, sizeof(poll), "%.*s%s/program%s", (int)(at - endings[i].poll),
                     endings[i].poll, dir, at + strlen("PROGRAM"));
        cr_expect_str_eq(sql(last_poll), poll, "%s\n%s", endings[i].script, sql(last_poll));
        cr_expect_str_eq(sql("SELECT count(*) FROM run"), endings[i].runs, "%s", endings[i].script);
        cr_expect_str_eq(sql("SELECT (SELECT count(*) FROM pool_count WHERE online = 3) ||"
                             " (SELECT count(*) FROM runner) || (SELECT count(*) FROM alert)"),
                         *endings[i].runs == '0' ? "000" : "111", "%s", endings[i].script);
        if (endings[i].log) {
            char query[256];

            snprintf(query, sizeof(query), "SELECT count(*) > 0 FROM log WHERE text LIKE '%%%s%%'",
                     endings[i].log);
            cr_expect_str_eq(sql(query), "1", "%s", endings[i].script);
        }
    }
}

Test(program_source, is_told_apart_by_its_name_and_polled_again_without_doubles)
{
    cr_expect_eq(poll_script("#!/bin/sh\n" RUN("1"), ""), 0);
    cr_expect_eq(poll_script("#!/bin/sh\n" RUN("1") RUN("2"), ""), 0);
    cr_expect_str_eq(sql("SELECT count(*) FROM run"), "2");
    cr_expect_str_eq(sql("SELECT url FROM source WHERE type = 'exec'"), "exec:builds");
}

/* As `dxtop export` prints them: a value that is no number, an alert of which nobody sees
 * whether it is still there. */
Test(program_source, what_an_export_prints_is_taken_as_it_was)
{
    static const char first[] =
        "#!/bin/sh\ncat <<'END'\n"
        "{\"type\":\"alert\",\"source\":\"am\",\"key\":\"k\",\"name\":\"Disk\",\"state\":"
        "\"firing\"}\n"
        "{\"type\":\"alert\",\"source\":\"am\",\"key\":\"l\",\"name\":\"Cpu\",\"state\":\"firing\"}"
        "\n"
        "{\"type\":\"pool\",\"pool\":\"linux\",\"online\":3,\"offline\":0}\nEND\n";
    static const char second[] =
        "#!/bin/sh\ncat <<'END'\n"
        "{\"type\":\"sample\",\"source\":\"p\",\"query\":\"q\",\"labels\":{},\"value\":null}\n"
        "{\"type\":\"alert\",\"source\":\"am\",\"key\":\"k\",\"name\":\"Disk\",\"state\":\"stale\"}"
        "\n"
        "END\n";

    cr_expect_eq(poll_script(first, ""), 0);
    cr_expect_eq(poll_script(second, ""), 0);
    cr_expect_str_eq(sql("SELECT group_concat(text) FROM log WHERE level > 1"), "");
    cr_expect_str_eq(sql("SELECT count(*) || ifnull(max(value), 'NaN') FROM sample"), "1NaN");
    cr_expect_str_eq(sql("SELECT group_concat(key || ifnull(ended_ms, '-') || (seen_ms = first_ms))"
                         " FROM alert"),
                     "k-1,l-1", "it was not seen again, and the list is not whole");
    cr_expect_str_eq(sql("SELECT online FROM pool_count ORDER BY at_ms DESC LIMIT 1"), "0",
                     "that of pools is");
}

Test(program_source, check_runs_it_once)
{
    const char *argv[] = { "dxtop-collect", "--check", "-c", NULL, NULL };
    char config[512];
    int code;
    char *text;

    (void)poll_script("#!/bin/sh\n" RUN("1") RUN("2"), "");
    snprintf(config, sizeof(config), "%s/dxtop.yaml", dir);
    argv[3] = config;
    text = program_run(argv, &code);
    cr_expect_eq(code, 0, "%s", text);
    cr_expect(strstr(text, "✓ builds (exec)\n"), "%s", text);
    cr_expect(strstr(text, "· records        2\n"), "%s", text);
    free(text);
    write_file(in_dir("program"), "#!/bin/sh\necho '{\"type\":\"ticket\",\"key\":\"A-1\","
                                  "\"title\":\"t\",\"created_at\":1795507200}'\n");
    text = program_run(argv, &code);
    cr_expect_eq(code, 0, "%s", text);
    cr_expect(strstr(text, "· records        1\n"), "%s", text);
    free(text);
    write_file(in_dir("program"), "#!/bin/sh\necho no >&2; exit 2\n");
    text = program_run(argv, &code);
    cr_expect_eq(code, 1, "%s", text);
    cr_expect(strstr(text, "failed (exit code 2): no"), "%s", text);
    free(text);
}

/* ---- why jobs failed ---- */

#define FAILED(id, message)                                                                        \
    "echo '{\"type\":\"job\",\"project\":\"p\",\"run_id\":\"" id                                   \
    "\",\"job\":\"test\",\"result\":\"failure\",\"finished_at\":1795507200,\"messages\":["         \
    "\"" message "\"]}'\n"

static const char causes[] = "SELECT group_concat(r.ext || ':' || j.cause || ':' ||"
                             " ifnull(substr(t.text, 1, instr(t.text, ':') - 1), '-') || ':' ||"
                             " r.cause) FROM job j JOIN run r ON r.id = j.run LEFT JOIN text t ON"
                             " t.id = j.evidence ORDER BY r.ext";

Test(program_source, what_failed_jobs_say_is_looked_up_in_the_catalogue)
{
    cr_expect_eq(poll_script("#!/bin/sh\n" FAILED("1", "The runner has received a shutdown signal.")
                                 FAILED("2", "gremlins ate it") FAILED("3", "nothing to see"),
                             ""),
                 0);
    cr_expect_str_eq(sql(causes), "1:2:runner:2,2:1:-:1,3:1:-:1");
    /* The user's own patterns, one of which cannot be used. */
    write_file(in_dir("own.tsv"), "9001\tgremlins\tP\tgremlins ate\tgremlins ate it\n"
                                  "9002\tbad\tP\t(\tx\n");
    top = "patterns: [own.tsv, none.tsv]\n";
    cr_expect_eq(poll_script("#!/bin/sh\n" FAILED("2", "gremlins ate it"), ""), 0);
    cr_expect_str_eq(sql(causes), "1:2:runner:2,2:2:gremlins:2,3:1:-:1");
    cr_expect_str_eq(sql("SELECT count(*) FROM log WHERE text LIKE 'patterns: %own.tsv:2: %' OR"
                         " text LIKE 'patterns: %none.tsv: cannot be read: %'"),
                     "2");
    top = "";
}
