#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "insight/cause.h"
#include "insight/strip.h"
#include "patterns.h"

/* ---- stripping ---- */

static const struct {
    const char *name, *line, *text;
    bool mark;
} lines[] = {
    { "nothing to strip", "plain text", "plain text", false },
    { "empty", "", "", false },
    { "github", "2026-11-24T08:43:00.1234567Z ##[error]Process completed", "Process completed",
      true },
    { "azure", "2026-11-24T08:43:00.1234567Z ##[error]No hosted", "No hosted", true },
    { "jenkins", "[2026-11-24T08:43:00.123Z] make: *** [all] Error 2", "make: *** [all] Error 2",
      false },
    { "gitlab with time and stream", "2026-11-24T08:43:00.123456Z 01E ERROR: Job failed",
      "ERROR: Job failed", false },
    { "a line that goes on", "2026-11-24T08:43:00.123456Z 00O+more", "more", false },
    { "time without text", "2026-11-24T08:43:00Z", "", false },
    { "a date is no time", "2026-11-24 08:43:00 went wrong", "2026-11-24 08:43:00 went wrong",
      false },
    { "colours", "\x1b[31;1mERROR: Job failed\x1b[0;m", "ERROR: Job failed", false },
    { "colours in text that was cleaned", "\xEF\xBF\xBD[31;1mERROR:\xEF\xBF\xBD[0m x", "ERROR: x",
      false },
    { "a link", "see \x1b]8;;https://x.example\aHERE\x1b]8;;\a.", "see HERE.", false },
    { "a link that ends by ST", "\x1b]8;;u\x1b\\HERE", "HERE", false },
    { "a title that does not end", "\x1b]0;make\x1b[31mERROR: it failed", "ERROR: it failed",
      false },
    { "a link that does not end", "see \x1b]8;;https://x.example ERROR: it failed",
      "see ]8;;https://x.example ERROR: it failed", false },
    { "one that was cleaned", "\xEF\xBF\xBD]0;make ERROR: it failed",
      "\xEF\xBF\xBD]0;make ERROR: it failed", false },
    { "a link that was cleaned", "\xEF\xBF\xBD]8;;u\xEF\xBF\xBD[a]", "[a]", false },
    { "a link that was cleaned and ends by ST",
      "see \xEF\xBF\xBD]8;;u\xEF\xBF\xBDHERE\xEF\xBF\xBD]8;;\xEF\xBF\xBD\\.", "see HERE.", false },
    { "one that CAN ends",
      "\x1b]0;make\x18"
      "ERROR",
      "ERROR", false },
    { "one that SUB ends",
      "\x1b]0;make\x1a"
      "ERROR",
      "ERROR", false },
    { "one that ST of one byte ends",
      "\x1b]0;make\xc2\x9c"
      "ERROR",
      "ERROR", false },
    { "half an escape", "end\x1b[3", "end\x1b[3", false },
    { "a bare escape", "end\x1b", "end\x1b", false },
    { "U+FFFD that is text", "a \xEF\xBF\xBD b", "a \xEF\xBF\xBD b", false },
    { "gitlab section", "section_start:1560896352:get_sources\r\x1b[0KGetting source",
      "Getting source", false },
    { "gitlab section, cleaned",
      "section_end:1560896353:step_script[collapsed=true] \xEF\xBF\xBD[0Kok", "ok", false },
    { "time, then section",
      "2026-11-24T08:43:00.1Z 00O section_start:1:a\r\x1b[0K\x1b[36;1mGo\x1b[0m", "Go", false },
    { "progress", "10 %\r50 %\r100 % done\r", "100 % done", false },
};

Test(cause, lines_lose_what_is_not_theirs)
{
    char room[STRIP_MAX];

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct stripped s = strip_line(room, lines[i].line, strlen(lines[i].line), true);

        cr_expect(s.len == strlen(lines[i].text) && memcmp(s.text, lines[i].text, s.len) == 0,
                  "%s: \"%.*s\"", lines[i].name, (int)s.len, s.text);
        cr_expect_eq(s.mark_len > 0, lines[i].mark, "%s", lines[i].name);
        cr_expect_eq(s.has_time, s.at_ms > 0, "%s", lines[i].name);
    }
}

Test(cause, long_lines_count_in_their_first_2000_bytes)
{
    char room[STRIP_MAX], line[3000];

    memset(line, 'x', sizeof(line));
    cr_expect_eq(strip_line(room, line, sizeof(line), false).len, STRIP_MAX);
    line[0] = '\x1b';
    line[1] = '[';
    line[2] = 'm';
    cr_expect_eq(strip_line(room, line, sizeof(line), false).len, STRIP_MAX - 3);
}

/* ---- verdicts ---- */

static const struct {
    const char *name, *log;
    enum dx_cause cause;
    bool ambiguous;
    int rule; /* that decided; 0: none */
    size_t line;
} logs[] = {
    { "nothing", "", DX_CAUSE_UNKNOWN, false, 0, 0 },
    { "no match is unknown", "hello\nsomething else went wrong\n", DX_CAUSE_UNKNOWN, false, 0, 0 },
    { "what says nothing decides nothing", "##[error]Process completed with exit code 1.",
      DX_CAUSE_UNKNOWN, false, 0, 0 },
    { "an exception that is named like it is no cancelling",
      "System.OperationCanceledException: The operation was canceled.", DX_CAUSE_UNKNOWN, false, 0,
      0 },
    { "a runner that was lost",
      "##[group]Run make\n2026-11-24T08:43:00.1Z ##[error]The self-hosted runner: lin-7 lost "
      "communication with the server. Verify the machine is running\n",
      DX_CAUSE_PLATFORM, false, 2, 2 },
    { "a test that failed, at the line's start behind a time",
      "2026-11-24T08:43:00.1Z FAILED tests/a.py::test_x - boom\n", DX_CAUSE_TEST, false, 59, 1 },
    { "the last error of the same weight wins",
      "x\nconnect: Network is unreachable\ny\nCannot connect to the Docker daemon at unix\n",
      DX_CAUSE_PLATFORM, false, 10, 4 },
    { "recovered: the tests ran after it",
      "curl: (56) Recv failure: Connection reset by peer\nretrying\nok\nFAILED t.py::test_a\n",
      DX_CAUSE_TEST, false, 59, 4 },
    { "the network went after the tests had failed",
      "FAILED t.py::test_a\nuploading\nx\nfatal: The remote end hung up unexpectedly\n",
      DX_CAUSE_PLATFORM, false, 24, 4 },
    { "the job went on for longer than a minute",
      "2026-11-24T08:43:00Z curl: (28) Operation timed out\n2026-11-24T08:44:01Z bye\n",
      DX_CAUSE_UNKNOWN, true, 22, 1 },
    { "the job went on for a minute",
      "2026-11-24T08:43:00Z curl: (28) Operation timed out\n2026-11-24T08:44:00Z bye\n",
      DX_CAUSE_PLATFORM, false, 22, 1 },
    { "a test's own server", "dial tcp 127.0.0.1:8080: connection reset by peer", DX_CAUSE_UNKNOWN,
      true, 21, 1 },
    { "a test's own server, of IPv6", "read tcp [::1]:443: connection reset by peer",
      DX_CAUSE_UNKNOWN, true, 21, 1 },
    { "127 in another address", "read tcp 10.127.0.1:443: connection reset by peer",
      DX_CAUSE_PLATFORM, false, 21, 1 },
    { "localhost by name", "TLS handshake timeout to localhost", DX_CAUSE_UNKNOWN, true, 22, 1 },
    { "a service container", "getaddrinfo ENOTFOUND postgres:5432", DX_CAUSE_UNKNOWN, true, 28, 1 },
    { "a host that begins like one", "Could not resolve host: redis.example.com", DX_CAUSE_PLATFORM,
      false, 28, 1 },
    { "an assertion", "expected no error, got Connection reset by peer", DX_CAUSE_UNKNOWN, true, 21,
      1 },
    { "unexpected is no assertion", "received unexpected HTTP status: 503 Service Unavailable",
      DX_CAUSE_PLATFORM, false, 34, 1 },
    { "a registry behind a failure of the runner's system",
      "received unexpected HTTP status: 503 Service Unavailable\n"
      "ERROR: Job failed (system failure): prepare environment: exit status 1\n",
      DX_CAUSE_PLATFORM, false, 34, 1 },
    { "a registry in the runner's own words",
      "ERROR: Job failed (system failure): failed to pull image \"a/b:1\" with specified policies",
      DX_CAUSE_PLATFORM, false, 31, 1 },
    { "a certificate of a test", "x509: certificate has expired: https://localhost:8443",
      DX_CAUSE_UNKNOWN, true, 47, 1 },
    { "a runner's own daemon is no peer",
      "Cannot connect to the Docker daemon at tcp://localhost:2375", DX_CAUSE_PLATFORM, false, 10,
      1 },
    { "an image that is not there", "failed to pull image \"x\": not found", DX_CAUSE_UNKNOWN, true,
      31, 1 },
    { "a stale index", "E: Failed to fetch http://x.example/a.deb  404  Not Found",
      DX_CAUSE_UNKNOWN, true, 37, 1 },
    { "an artifact that is not there", "Could not transfer artifact x: 404", DX_CAUSE_DEPENDENCY,
      false, 53, 1 },
    { "an artifact behind a broken proxy", "Could not transfer artifact x: status code: 503",
      DX_CAUSE_PLATFORM, false, 27, 1 },
    { "the cache never decides", "Failed to save: reserveCache failed: 503 x\nbye",
      DX_CAUSE_UNKNOWN, false, 0, 0 },
    { "Jenkins' own quotes", "\xE2\x80\x98lin\xE2\x80\x99 doesn\xE2\x80\x99t have label big",
      DX_CAUSE_UNKNOWN, true, 17, 1 },
    { "weak, and only where nothing else is", "sh: foo: command not found\nsrc/a.c:1:2: error: x",
      DX_CAUSE_CODE, false, 56, 2 },
    { "killed at the end, and a weak one before",
      "sh: foo: command not found\nx\ny\n/bin/sh: Killed", DX_CAUSE_UNKNOWN, true, 40, 4 },
    { "a test's own server at the end is worth less than a compiler in the middle",
      "x\ny\nmake: *** [all] Error 2\nz\ndial tcp 127.0.0.1:80: connection reset by peer",
      DX_CAUSE_CODE, false, 58, 3 },
    { "bytes that are no text", "\xFF\xFE\x80 make: *** [all] Error 1 \xC3", DX_CAUSE_CODE, false,
      58, 1 },
};

Test(cause, each_log_has_its_verdict)
{
    struct catalogue *catalogue = patterns_catalogue();

    for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
        struct verdict v;
        bool found = cause_of_text(catalogue, logs[i].log, strlen(logs[i].log), &v);

        cr_expect(v.cause == logs[i].cause && v.ambiguous == logs[i].ambiguous, "%s: %d %d %s",
                  logs[i].name, (int)v.cause, (int)v.ambiguous, v.evidence);
        cr_expect_eq(found, logs[i].rule != 0, "%s", logs[i].name);
        if (logs[i].rule && v.count > 0)
            cr_expect(v.top[0].rule == logs[i].rule && v.top[0].line == logs[i].line,
                      "%s: rule %d line %zu", logs[i].name, v.top[0].rule, v.top[0].line);
        if (!logs[i].rule)
            cr_expect(!*v.evidence && !*v.category, "%s", logs[i].name);
    }
    catalogue_free(catalogue);
}

Test(cause, the_top_three_are_of_different_rules_best_first)
{
    struct catalogue *catalogue = patterns_catalogue();
    static const char *const log[] = { "##[error]Process completed with exit code 1.",
                                       "Connection reset by peer",
                                       "no space left on device",
                                       "Connection reset by peer",
                                       "Kernel panic - not syncing",
                                       "fatal: early EOF",
                                       "##[error]Process completed with exit code 1." };
    struct verdict v;

    cr_assert(cause_of_lines(catalogue, log, 7, &v));
    cr_assert_eq(v.count, CAUSE_TOP);
    cr_expect(v.top[0].rule == 24 && v.top[0].line == 6);
    cr_expect(v.top[1].rule == 19 && v.top[1].line == 5);
    cr_expect(v.top[2].rule == 21 && v.top[2].line == 4);
    cr_expect(v.top[0].score > v.top[1].score && v.top[1].score > v.top[2].score);
    cr_expect_str_eq(v.evidence, "network: fatal: early EOF (rule 24)");
    cr_assert(!cause_of_lines(catalogue, log, 1, &v));
    cr_expect(v.count == 1 && v.top[0].class == 'U', "it is shown, but decides nothing");
    catalogue_free(catalogue);
}

Test(cause, what_comes_before_a_summary_is_ambiguous_and_of_equals_the_last_counts)
{
    struct catalogue *catalogue = patterns_catalogue();
    static const char *const log[] = { "Connection reset by peer", "FAILED t.py::test_a" };
    static const char *const neither[] = { "##[error]Process completed with exit code 1.",
                                           "The run was canceled by @x." };
    struct verdict v;

    cr_assert(cause_of_lines(catalogue, log, 2, &v) && v.count == 2);
    cr_expect(v.top[0].rule == 59 && v.top[1].rule == 21 && v.top[1].class == 'A');
    cr_assert(!cause_of_lines(catalogue, neither, 2, &v) && v.count == 2);
    cr_expect(v.top[0].rule == 63 && v.top[1].rule == 64);
    catalogue_free(catalogue);
}

/* What a test says of its own server, and what befell it: of both the one that decides. */
Test(cause, of_a_rule_that_is_sure_and_ambiguous_the_better_one_counts)
{
    struct catalogue *catalogue = patterns_catalogue();
    static const char own[] = "127.0.0.1: Connection reset by peer";
    static const char *const own_last[] = { "Connection reset by peer", "one", own };
    static const char *const own_first[] = { own, "one", "Connection reset by peer" };
    struct verdict v;

    cr_assert(cause_of_lines(catalogue, own_last, 3, &v));
    cr_expect(v.count == 1 && v.top[0].rule == 21 && v.top[0].class == 'A' && v.top[0].line == 3,
              "%zu %c %zu", v.count, v.top[0].class, v.top[0].line);
    cr_assert(cause_of_lines(catalogue, own_first, 3, &v));
    cr_expect(v.count == 1 && v.top[0].rule == 21 && v.top[0].class == 'P' && v.top[0].line == 3,
              "%zu %c %zu", v.count, v.top[0].class, v.top[0].line);
    catalogue_free(catalogue);
}

Test(cause, evidence_is_one_clean_line)
{
    struct catalogue *catalogue = patterns_catalogue();
    char log[4000], text[4000];
    struct verdict v;

    memset(text, 'z', sizeof(text));
    (void)snprintf(log, sizeof(log),
                   "Kernel panic - not syncing \x1b[2J\x01 \xE2\x80\xAE (rule 1) %.1500s", text);
    cr_assert(cause_of_text(catalogue, log, strlen(log), &v));
    cr_expect(strlen(v.evidence) < CAUSE_EVIDENCE && !strchr(v.evidence, '\x1b') &&
              !strchr(v.evidence, '\x01') && !strstr(v.evidence, "\xE2\x80\xAE"));
    cr_expect(strncmp(v.evidence, "runner: Kernel panic", 20) == 0, "%s", v.evidence);
    cr_expect_str_eq(strrchr(v.evidence, ' ') - 5, "(rule 19)"); /* what is cut is the text */
    cr_assert(cause_of_text(catalogue, "ENOSPC", 6, &v));
    cr_expect_str_eq(v.evidence, "disk?: ENOSPC (rule 38)");
    catalogue_free(catalogue);
}

/* ---- jobs ---- */

static const struct {
    const char *name;
    enum dx_result result;
    enum dx_cause given;
    const char *messages[3], *steps[2]; /* steps: failed ones */
    enum dx_cause cause;
    const char *evidence;
} jobs[] = {
    { "a success has no cause",
      DX_RESULT_SUCCESS,
      DX_CAUSE_NONE,
      { "ECONNRESET" },
      { 0 },
      DX_CAUSE_NONE,
      "" },
    { "not even a given one", DX_RESULT_SUCCESS, DX_CAUSE_CODE, { 0 }, { 0 }, DX_CAUSE_NONE, "" },
    { "what is not done has none",
      DX_RESULT_NONE,
      DX_CAUSE_NONE,
      { "ECONNRESET" },
      { 0 },
      DX_CAUSE_NONE,
      "" },
    { "skipped", DX_RESULT_SKIPPED, DX_CAUSE_NONE, { 0 }, { 0 }, DX_CAUSE_NONE, "" },
    { "a person cancelled it",
      DX_RESULT_CANCELLED,
      DX_CAUSE_USER,
      { 0 },
      { 0 },
      DX_CAUSE_USER,
      "given" },
    { "a failure without a word",
      DX_RESULT_FAILURE,
      DX_CAUSE_NONE,
      { 0 },
      { 0 },
      DX_CAUSE_UNKNOWN,
      "given" },
    { "what the source says stays",
      DX_RESULT_FAILURE,
      DX_CAUSE_CONFIG,
      { "ECONNRESET" },
      { 0 },
      DX_CAUSE_CONFIG,
      "given" },
    { "an annotation",
      DX_RESULT_FAILURE,
      DX_CAUSE_NONE,
      { "The self-hosted runner lost communication with the server.",
        "Process completed with exit code 1." },
      { 0 },
      DX_CAUSE_PLATFORM,
      "runner: The self-hosted runner lost communication with the server. (rule 2)" },
    { "messages go before steps",
      DX_RESULT_FAILURE,
      DX_CAUSE_NONE,
      { "Kernel panic - not syncing" },
      { "FAILED a::b" },
      DX_CAUSE_PLATFORM,
      "runner: Kernel panic - not syncing (rule 19)" },
    { "a failed step's name",
      DX_RESULT_FAILURE,
      DX_CAUSE_UNKNOWN,
      { "hm" },
      { "would reformat" },
      DX_CAUSE_LINT,
      "lint: would reformat (rule 61)" },
    { "a sure step goes before an ambiguous message",
      DX_RESULT_FAILURE,
      DX_CAUSE_NONE,
      { "ENOSPC" },
      { "would reformat" },
      DX_CAUSE_LINT,
      "lint: would reformat (rule 61)" },
    { "ambiguous is unknown, with the evidence",
      DX_RESULT_FAILURE,
      DX_CAUSE_NONE,
      { "ENOSPC" },
      { "make" },
      DX_CAUSE_UNKNOWN,
      "disk?: ENOSPC (rule 38)" },
};

Test(cause, of_each_job)
{
    struct catalogue *catalogue = patterns_catalogue();

    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        struct batch batch = { 0 };
        struct job_step steps[3] = { { .name = "ECONNRESET", .result = DX_RESULT_SUCCESS } };
        struct job *job = batch_job(&batch, 0);

        job->outcome.result = jobs[i].result;
        job->outcome.cause = jobs[i].given;
        job->outcome.evidence = *jobs[i].evidence ? "given" : "";
        job->messages = jobs[i].messages;
        while (job->message_count < 3 && jobs[i].messages[job->message_count])
            job->message_count++;
        job->steps = steps;
        job->step_count = 1;
        for (size_t s = 0; s < 2 && jobs[i].steps[s]; s++)
            steps[job->step_count++] =
                (struct job_step){ .name = jobs[i].steps[s], .result = DX_RESULT_FAILURE };
        cause_of_job(catalogue, job, &batch.arena);
        cr_expect_eq(job->outcome.cause, jobs[i].cause, "%s: %d", jobs[i].name,
                     (int)job->outcome.cause);
        cr_expect_str_eq(job->outcome.evidence, jobs[i].evidence, "%s: %s", jobs[i].name,
                         job->outcome.evidence);
        batch_done(&batch);
    }
    catalogue_free(catalogue);
}
