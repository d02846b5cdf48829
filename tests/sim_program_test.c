/* How the real program begins and ends. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim_talk.h"

static const char NOW[] = "2026-11-24T14:32:07Z";

TestSuite(sim_program, .fini = talk_end, .timeout = 30);

Test(sim_program, wants_its_token)
{
    char line[512] = "", *token;
    const char *argv[] = { "dxtop-sim", "--until-stdin", "--auth", NULL };
    size_t len = 0;

    sim.program = program_start(argv);
    while (len + 1 < sizeof(line) && !strchr(line, '\n') &&
           read(sim.program.out, line + len, 1) == 1)
        line[++len] = '\0';
    json_t *said = json_loads(line, 0, NULL);
    cr_assert(said, "%s", line);
    sim.port = (int)json_integer_value(json_object_get(said, "port"));
    token = strdup(json_string_value(json_object_get(said, "token")));
    json_decref(said);
    cr_expect_eq(strlen(token), 32);
    talk_get("/-/ready");
    cr_expect_eq(got.status, 401);
    cr_expect_str_eq(talk_header("WWW-Authenticate"), "Bearer");
    talk_request("GET", "/-/ready", "Authorization: Bearer wrong\r\n", "");
    cr_expect_eq(got.status, 401);
    snprintf(line, sizeof(line), "Authorization: Bearer %s\r\n", token);
    talk_request("GET", "/-/ready", line, "");
    cr_expect_eq(got.status, 200);
    snprintf(line, sizeof(line), "PRIVATE-TOKEN: %s\r\n", token);
    talk_request("GET", "/gitlab/api/v4/version", line, "");
    cr_expect_eq(got.status, 200, "GitLab's way");
    snprintf(line, sizeof(line), "User-Agent: x\r\nAuthorization: token %s\r\n", token);
    talk_request("GET", "/api/v3/orgs/acme/repos", line, "");
    cr_expect_eq(got.status, 200, "GitHub's old way");
    talk_request("GET", "/api/v3/orgs/acme/repos", "User-Agent: x\r\n", "");
    cr_expect_eq(got.status, 401);
    cr_expect(strstr(got.body, "Requires authentication"));
    free(token);
    cr_expect_eq(program_end(&sim.program, 0), 0);
}

/* As Jenkins and Azure DevOps have it; anybody's name will do. */
Test(sim_program, takes_the_token_for_a_password)
{
    sim = sim_start("--token", "secret");
    talk_request("GET", "/-/ready", "Authorization: Basic dXNlcjpzZWNyZXQ=\r\n",
                 ""); /* user:secret */
    cr_expect_eq(got.status, 200);
    talk_request("GET", "/-/ready", "Authorization: Basic OnNlY3JldA==\r\n", ""); /* :secret */
    cr_expect_eq(got.status, 200);
    talk_request("GET", "/-/ready", "Authorization: Basic dXNlcjpzZWNyZXg=\r\n",
                 ""); /* user:secrex */
    cr_expect_eq(got.status, 401);
    talk_request("GET", "/-/ready", "Authorization: Basic c2VjcmV0\r\n", ""); /* secret */
    cr_expect_eq(got.status, 401);
    program_end(&sim.program, 0);
}

Test(sim_program, ends_with_stdin_and_by_signal_even_while_somebody_hangs)
{
    for (int number = 0; number <= SIGTERM; number += SIGTERM) {
        sim = sim_start("--fault", "hang");
        int fd = talk_send("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");

        talk_request("GET", "/sim/counters", "", ""); /* it has seen the other */
        int status = program_end(&sim.program, number);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
        close(fd);
    }
}

Test(sim_program, does_nothing_while_there_is_nothing_to_do)
{
    char path[64], line[512] = "";
    long before[2], after[2];

    sim = sim_start("--fault", "hang");
    int fd = talk_send("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n");

    talk_request("GET", "/sim/counters", "", "");
    snprintf(path, sizeof(path), "/proc/%d/status", (int)sim.program.pid);
    for (int i = 0; i < 2; i++) {
        FILE *file = fopen(path, "r");
        long *n = i == 0 ? before : after;

        cr_assert(file);
        while (fgets(line, sizeof(line), file))
            (void)(sscanf(line, "voluntary_ctxt_switches: %ld", &n[0]) +
                   sscanf(line, "nonvoluntary_ctxt_switches: %ld", &n[1]));
        fclose(file);
        if (i == 0)
            talk_receive(fd, 400);
    }
    cr_expect_leq(after[0] + after[1] - before[0] - before[1], 3);
    program_end(&sim.program, 0);
}

static const char *const wrong[][4] = {
    { "--port", "x" },
    { "--port=70000" },
    { "--seed", "-1" },
    { "--clock", "tomorrow" },
    { "--now", "2026-11-24T14:32:07Z@2" },
    { "--fault", "nope" },
    { "--public-url", "sim.example" },
    { "--token", "a b" },
    { "--auth", "--token", "a" },
    { "--prot" },
    { "--port" },
    { "operand" },
    { "--repos", "0" },
    { "--repos", "many" },
    { "--history", "10s" },
    { "--rate-limit", "-1" },
    { "--gitlab-limit", "many" },
    { "--clock=now", "--now=2026-11-24T14:32:07Z" },
};

Test(sim_program, says_what_is_wrong_with_its_arguments)
{
    int code;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *argv[] = { "dxtop-sim", wrong[i][0], wrong[i][1], wrong[i][2], NULL };

        free(program_run(argv, &code));
        cr_expect_eq(code, 2, "%s: %d", wrong[i][0], code);
    }
}

Test(sim_program, helps)
{
    const char *help[] = { "dxtop-sim", "--help", NULL }, *version[] = { "dxtop-sim", "-V", NULL };
    int code;
    char *text = program_run(help, &code);

    cr_expect_eq(code, 0);
    cr_expect(strstr(text, "--public-url URL") && strstr(text, "limit-date:N"), "%s", text);
    free(text);
    text = program_run(version, &code);
    cr_expect_eq(code, 0);
    cr_expect_str_eq(text, "dxtop-sim " PACKAGE_VERSION "\n");
    free(text);
}

Test(sim_program, a_port_that_is_taken_is_no_port)
{
    char option[32];
    int code;

    sim = sim_start(NULL, NULL);
    snprintf(option, sizeof(option), "--port=%d", sim.port);
    const char *argv[] = { "dxtop-sim", option, NULL };
    free(program_run(argv, &code));
    cr_expect_eq(code, 1);
    program_end(&sim.program, 0);
}

Test(sim_program, a_port_can_be_had_again_at_once)
{
    char option[32];
    int port;

    sim = sim_start(NULL, NULL);
    port = sim.port;
    int fd = talk_send("GET /-/ready HTTP/1.1\r\nHost: x\r\n\r\n"); /* stays open */

    talk_get("/-/ready");
    program_end(&sim.program, SIGKILL);
    snprintf(option, sizeof(option), "--port=%d", port);
    sim = sim_start(option, NULL);
    cr_expect_eq(sim.port, port);
    talk_get("/-/ready");
    cr_expect_eq(got.status, 200);
    close(fd);
    program_end(&sim.program, 0);
}

Test(sim_program, is_the_same_for_the_same_seed_and_time)
{
    char *first = NULL;

    for (int i = 0; i < 2; i++) {
        sim = sim_start("--now", NOW);
        talk_get(
            "/api/v1/query_range?query=ci_jobs_total&start=1795444327&end=1795530727&step=600");
        cr_expect_eq(got.status, 200);
        if (i == 0)
            first = strdup(got.body);
        else
            cr_expect_str_eq(first, got.body);
        program_end(&sim.program, 0);
    }
    free(first);
}
