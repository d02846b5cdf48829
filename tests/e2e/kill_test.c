/* kill -9 at random moments while a simulated company is collected: after the restart no record
 * is lost or there twice, by what the company knows. Twelve moments; DX_KILLS=200 makes them
 * 200 (./dev soak does), others each time; DX_SEED=N those of N. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/where.h"
#include "truth_kit.h"

enum { USUAL = 12, OF_A_STORE = 12 };

TestSuite(kill, .init = kit_init, .fini = kit_done, .timeout = 3600);

static unsigned number_of(const char *name, unsigned otherwise)
{
    const char *text = getenv(name);

    return text && *text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void company(void)
{
    kit_company((struct kit_company){ "5", "12", "8d", "--now", NOON, NULL });
    write_file(
        kit.config,
        "sources:\n"
        "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, logs: yes, history: 9d}\n"
        "  - {type: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme, logs: yes, history: "
        "9d}\n"
        "  - {type: jenkins, url: 'http://127.0.0.1:%d/jenkins', logs: yes, history: 9d}\n",
        kit.port, kit.port, kit.port);
}

/* Collect for so long, or to the end; was it killed on the way? */
static bool kill_after(int64_t ms)
{
    char state[300], file[300];
    const char *argv[] = { "dxtop-collect", file, state, "--now", NOON, "--once", NULL };
    struct program collector;
    int status;

    snprintf(state, sizeof(state), "--state=%s/state", kit.dir);
    snprintf(file, sizeof(file), "--config=%s", kit.config);
    collector = program_start(argv);
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
    status = program_end(&collector, SIGKILL);
    return WIFSIGNALED(status);
}

static void expect_truth(const char *after)
{
    const char *out;

    poll_once("--now", NOON);
    sh("for kind in alerts runs jobs pools pipelines flaky failures; do"
       "  $B/dxtop $C $S --now " NOON " export $kind --since 5000d >$D/$kind.jsonl || exit;"
       " done");
    cr_assert_eq(sh_code, 0);
    out = sh("sqlite3 $D/state/*.db 'PRAGMA integrity_check'; ls $D/state");
    cr_expect(strncmp(out, "ok\n", 3) == 0 && !strstr(out, "damaged"), "%s: %s", after, out);
    out = sh("python3 -B '%s'/tests/e2e/truth.py $D " NOON " github gitlab jenkins", SRC_DIR);
    cr_expect_eq(sh_code, 0, "%s: %s", after, out);
}

Test(kill, at_any_moment_loses_and_doubles_nothing)
{
    unsigned count = number_of("DX_KILLS", USUAL),
             seed = number_of("DX_SEED", count > USUAL ? (unsigned)time(NULL) : 1);
    unsigned killed = 0, unkilled = 0;
    char after[80];
    int64_t whole_ms;

    fprintf(stderr, "DX_SEED=%u\n", seed);
    srandom(seed);
    company();
    whole_ms = now_ms();
    poll_once("--now", NOON);
    whole_ms = now_ms() - whole_ms;
    fetch_truth("");
    while (killed < count && unkilled < 2 * count) {
        int64_t most_ms = whole_ms / 3;

        sh("rm -rf $D/state");
        for (unsigned i = 0; i < OF_A_STORE && killed < count; i++) {
            if (kill_after(random() % (most_ms + 1))) {
                killed++;
                continue;
            }
            unkilled++; /* what is left takes less, or others have the machine no more */
            most_ms /= 2;
        }
        snprintf(after, sizeof(after), "DX_SEED=%u, after %u kills", seed, killed);
        expect_truth(after);
    }
    cr_expect_geq(killed, count, "%u of %u, a poll takes %d ms", killed, count, (int)whole_ms);
    if (count > USUAL)
        fprintf(stderr, "%u times killed, a whole poll took %d ms\n", killed, (int)whole_ms);
}
