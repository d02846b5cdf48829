/* The polls of a jenkins source against a server in memory that changes meanwhile:
 * whatever happens, every build comes once, and no more is asked for than has to be. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "jenkins_kit.h"

static const int64_t NOW = 1795518000000, MINUTE = 60000, DAY = 86400000;

enum { MOST = 1000, JOBS = 3 };

/* ---- the server: a folder "a" with jobs j0, j1, j2 ---- */

struct build {
    int64_t number, at_ms;
    bool done, deleted;
};
static struct {
    struct build build[MOST]; /* oldest first */
    size_t count;
    int64_t last;         /* number */
    bool hidden, refused; /* its builds, one by one */
} jobs[JOBS];
static struct buf body;
static size_t lists, pages, singles; /* requests */
static bool down;                    /* what stands before it answers */
static bool grows;                   /* a build is added with each page that is asked for */

static void add(int job, int64_t at_ms, bool done)
{
    cr_assert_lt(jobs[job].count, MOST);
    jobs[job].build[jobs[job].count++] =
        (struct build){ .number = ++jobs[job].last, .at_ms = at_ms, .done = done };
}

static void put_build(const struct build *b)
{
    buf_print(&body,
              "{\"_class\":\"hudson.model.FreeStyleBuild\",\"number\":%" PRId64
              ",\"timestamp\":%" PRId64 ",\"duration\":%d,\"result\":%s,\"building\":%s,"
              "\"queueId\":%" PRId64 ",\"builtOn\":\"\",\"actions\":[{\"_class\":"
              "\"jenkins.metrics.impl.TimeInQueueAction\",\"queuingDurationMillis\":0}]}",
              b->number, b->at_ms, b->done ? 1000 : 0, b->done ? "\"SUCCESS\"" : "null",
              b->done ? "false" : "true", b->number);
}

static const struct build *newest(int job)
{
    for (size_t i = jobs[job].count; i-- > 0;)
        if (!jobs[job].build[i].deleted)
            return &jobs[job].build[i];
    return NULL;
}

static void put_tree(void)
{
    lists++;
    buf_text(&body, "{\"_class\":\"hudson.model.Hudson\",\"jobs\":[{\"name\":\"a\",\"jobs\":[");
    for (int i = 0; i < JOBS; i++) {
        const struct build *last = newest(i);

        buf_print(&body, "%s{\"name\":\"j%d\",\"color\":\"blue\",\"lastBuild\":", i ? "," : "", i);
        if (last)
            put_build(last);
        else
            buf_text(&body, "null");
        buf_text(&body, "}");
    }
    buf_text(&body, "]}]}");
}

static void put_page(int job, const char *path)
{
    const char *range = strstr(path, "%7B"),
               *name = strstr(path, "allBuilds") ? "allBuilds" : "builds";
    long from = strtol(range + 3, NULL, 10), to = strtol(strstr(range, "%2C") + 3, NULL, 10), n = 0;
    bool first = true;

    pages++;
    if (grows)
        add(job, NOW + (int64_t)jobs[job].count, true);
    if (strcmp(name, "builds") == 0)
        cr_expect_leq(to, 103);
    buf_print(&body, "{\"%s\":[", name);
    for (size_t i = jobs[job].count; i-- > 0;) {
        if (jobs[job].build[i].deleted || n++ < from || n > to)
            continue;
        buf_text(&body, first ? "" : ",");
        put_build(&jobs[job].build[i]);
        first = false;
    }
    buf_text(&body, "]}");
}

static int put_single(int job, int64_t number)
{
    singles++;
    for (size_t i = 0; i < jobs[job].count; i++)
        if (jobs[job].build[i].number == number && !jobs[job].build[i].deleted) {
            put_build(&jobs[job].build[i]);
            return 200;
        }
    return 404;
}

static struct kit_answer serve(void *self, const char *path, int64_t now_ms)
{
    struct kit_answer answer = { .status = 200, .head = "x-jenkins: 2.516.3\n" };
    long number;
    int job;

    (void)self;
    (void)now_ms;
    buf_clear(&body);
    if (down) {
        answer.status = 404;
    } else if (strncmp(path, "/queue", 6) == 0) {
        buf_text(&body, "{\"items\":[]}");
    } else if (strncmp(path, "/computer", 9) == 0) {
        buf_text(&body, "{\"computer\":[]}");
    } else if (strncmp(path, "/api/json", 9) == 0) {
        put_tree();
    } else if (sscanf(path, "/job/a/job/j%d/%ld/api", &job, &number) == 2) {
        answer.status = jobs[job].refused ? 403 : put_single(job, number);
    } else {
        cr_assert_eq(sscanf(path, "/job/a/job/j%d/api", &job), 1, "%s", path);
        answer.status = jobs[job].hidden ? 403 : 200;
        put_page(job, path);
    }
    answer.body = body.bytes ? body.bytes : "";
    answer.len = body.len;
    return answer;
}

/* ---- polls ---- */

static struct jenkins_kit kit;

static void start(void)
{
    memset(jobs, 0, sizeof(jobs));
    buf_init(&body, 4 << 20);
    lists = pages = singles = 0;
    grows = down = false;
    kit = (struct jenkins_kit){ .server = serve, .history_ms = 10 * DAY };
    kit_start(&kit);
}

static void end(void)
{
    kit_stop(&kit);
    buf_done(&body);
}

TestSuite(jenkins_poll, .init = start, .fini = end, .timeout = 60);

static void fill(int job, int count)
{
    for (int i = 0; i < count; i++)
        add(job, NOW - 8 * DAY + i * MINUTE, true);
}

static size_t count_phase(enum dx_phase phase, int result)
{
    const char *key;
    json_t *run;
    size_t n = 0;

    json_object_foreach (kit.runs, key, run)
        n += json_integer_value(json_object_get(run, "phase")) == (int)phase &&
             (result < 0 || json_integer_value(json_object_get(run, "result")) == result);
    return n;
}

Test(jenkins_poll, all_history_comes_once)
{
    fill(0, 250);
    fill(1, 7);
    kit_poll_all(&kit, NOW);
    cr_expect_eq(kit_runs(&kit, false), 257);
    cr_expect_eq(json_object_size(kit.jobs), 257);
    pages = 0;
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect_eq(pages + singles, 0, "nothing moved");
}

Test(jenkins_poll, a_first_poll_shows_the_newest_of_each_job_before_history)
{
    fill(0, 250);
    fill(1, 250);
    kit.most = 5; /* nodes, queue, tree, and a page of each */
    cr_assert(kit_poll_once(&kit, NOW));
    cr_expect_eq(kit_runs(&kit, false), 26);
}

Test(jenkins_poll, what_is_older_than_the_history_is_not_wanted)
{
    for (int i = 0; i < 300; i++)
        add(0, NOW - 12 * DAY + i * (DAY / 50), true);
    kit_poll_all(&kit, NOW);
    cr_expect_eq(kit_runs(&kit, false), 200, "six days begin at -12, and ten are wanted");
    cr_expect_leq(pages, 14, "the rest is not even asked for: %zu", pages);
    kit.history_ms = 20 * DAY;
    kit_poll_all(&kit, NOW + MINUTE);
    cr_expect_eq(kit_runs(&kit, false), 300, "it was given a longer history");
}

/* Of a job with few builds the first list has all: those that were too old then are on it, too. */
Test(jenkins_poll, what_was_too_old_comes_with_a_longer_history)
{
    for (int i = 0; i < 12; i++)
        add(0, NOW - 12 * DAY + i * DAY, true);
    add(1, NOW - 12 * DAY, true);
    kit_poll_all(&kit, NOW);
    cr_expect_eq(kit_runs(&kit, false), 10);
    kit.history_ms = 3 * DAY;
    kit_poll_all(&kit, NOW + MINUTE);
    kit.history_ms = 20 * DAY;
    add(0, NOW, true);
    kit_poll_all(&kit, NOW + 2 * MINUTE);
    cr_expect_eq(kit_runs(&kit, false), 14, "%zu", kit_runs(&kit, false));
    pages = 0;
    cr_assert(kit_poll_once(&kit, NOW + 3 * MINUTE));
    cr_expect_eq(pages, 0, "and is there");
}

Test(jenkins_poll, more_new_builds_than_a_page_holds)
{
    fill(0, 30);
    kit_poll_all(&kit, NOW);
    for (int i = 0; i < 350; i++)
        add(0, NOW + i, true);
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect_eq(kit_runs(&kit, false), 380);
}

Test(jenkins_poll, a_poll_that_is_cut_loses_none_of_them)
{
    fill(0, 30);
    kit_poll_all(&kit, NOW);
    for (int i = 0; i < 350; i++)
        add(0, NOW + i, true);
    kit.most = 4; /* one page of the four */
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect_eq(kit_runs(&kit, false), 130);
    kit.most = 0;
    cr_assert(kit_poll_once(&kit, NOW + 2 * MINUTE));
    cr_expect_eq(kit_runs(&kit, false), 380);
}

Test(jenkins_poll, builds_that_begin_while_lists_are_paged)
{
    fill(0, 250);
    grows = true;
    for (int i = 0; i < 20; i++)
        cr_assert(kit_poll_once(&kit, NOW + i * MINUTE));
    grows = down = false;
    kit_poll_all(&kit, NOW + 30 * MINUTE);
    cr_expect_eq(kit_runs(&kit, false), jobs[0].count);
}

Test(jenkins_poll, a_build_that_is_open_is_asked_for_until_it_is_done)
{
    fill(0, 3);
    add(0, NOW, false);
    cr_assert(kit_poll_once(&kit, NOW));
    cr_expect_eq(count_phase(DX_PHASE_RUNNING, -1), 1);
    pages = singles = 0;
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect_eq(singles, 1);
    cr_expect_eq(pages, 0);
    jobs[0].build[3].done = true;
    cr_assert(kit_poll_once(&kit, NOW + 2 * MINUTE));
    cr_expect_eq(count_phase(DX_PHASE_RUNNING, -1), 0);
    singles = 0;
    cr_assert(kit_poll_once(&kit, NOW + 3 * MINUTE));
    cr_expect_eq(singles, 0);
}

Test(jenkins_poll, a_build_that_was_deleted_while_open_is_gone_the_second_time)
{
    const char *key;
    json_t *value;

    fill(0, 3);
    add(0, NOW, false);
    cr_assert(kit_poll_once(&kit, NOW));
    for (int hidden = 1; hidden >= 0; hidden--) {
        jobs[0].build[3].deleted = true;
        cr_assert(kit_poll_once(&kit, NOW + MINUTE));
        cr_expect_eq(count_phase(DX_PHASE_RUNNING, -1), 1, "it may come back");
        jobs[0].build[3].deleted = !hidden;
        cr_assert(kit_poll_once(&kit, NOW + 2 * MINUTE));
        cr_expect_eq(count_phase(DX_PHASE_DONE, (int)DX_RESULT_UNKNOWN), !hidden);
    }
    json_object_foreach (kit.cursors, key, value)
        cr_expect_neq(strncmp(key, "g:", 2), 0, "%s", key);
    singles = 0;
    cr_assert(kit_poll_once(&kit, NOW + 3 * MINUTE));
    cr_expect_eq(singles, 0);
}

/* It was done, and its stages did not come before. */
Test(jenkins_poll, a_build_that_was_deleted_owes_no_stages)
{
    const char *key;
    json_t *run;

    add(0, NOW, true);
    cr_assert(kit_poll_once(&kit, NOW));
    json_object_foreach (kit.runs, key, run)
        (void)json_object_set_new(run, "whole", json_false());
    jobs[0].build[0].deleted = true;
    for (int i = 1; i < 4; i++) {
        singles = 0;
        cr_assert(kit_poll_once(&kit, NOW + i * MINUTE));
        cr_expect_eq(singles, i < 3, "%d", i);
    }
}

Test(jenkins_poll, a_build_that_is_refused_for_a_day_is_gone)
{
    add(0, NOW, false);
    cr_assert(kit_poll_once(&kit, NOW));
    jobs[0].refused = true;
    for (int i = 1; i < 24; i += 11)
        cr_assert(kit_poll_once(&kit, NOW + i * 60 * MINUTE));
    cr_expect_eq(count_phase(DX_PHASE_RUNNING, -1), 1, "that may be a mistake");
    cr_assert(kit_poll_once(&kit, NOW + 25 * 60 * MINUTE));
    cr_expect_eq(count_phase(DX_PHASE_DONE, (int)DX_RESULT_UNKNOWN), 1);
}

Test(jenkins_poll, while_all_of_it_is_not_found_no_build_is_gone)
{
    add(0, NOW, false);
    cr_assert(kit_poll_once(&kit, NOW));
    down = kit.may_fail = true;
    for (int i = 1; i <= 3; i++)
        cr_expect_not(kit_poll_once(&kit, NOW + i * MINUTE));
    cr_expect_eq(count_phase(DX_PHASE_RUNNING, -1), 1);
    down = false;
    jobs[0].build[0].done = true;
    cr_assert(kit_poll_once(&kit, NOW + 4 * MINUTE));
    cr_expect_eq(count_phase(DX_PHASE_DONE, (int)DX_RESULT_SUCCESS), 1);
}

Test(jenkins_poll, a_job_that_is_made_again_counts_from_one)
{
    fill(0, 5);
    kit_poll_all(&kit, NOW);
    jobs[0].count = 0;
    jobs[0].last = 0;
    for (int i = 0; i < 5; i++) /* the same numbers at other times */
        add(0, NOW + i, true);
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect_eq(kit_runs(&kit, false), 10);
}

Test(jenkins_poll, the_last_build_that_was_deleted_is_no_reason_to_read_all_again)
{
    fill(0, 500);
    kit_poll_all(&kit, NOW);
    jobs[0].build[499].deleted = true;
    pages = 0;
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect_eq(pages, 1);
    cr_assert(kit_poll_once(&kit, NOW + 2 * MINUTE));
    cr_expect_eq(pages, 1);
    cr_expect_eq(kit_runs(&kit, false), 500);
}

Test(jenkins_poll, a_hidden_job_is_asked_again_after_six_hours)
{
    fill(0, 5);
    fill(1, 5);
    jobs[1].hidden = true;
    cr_assert(kit_poll_once(&kit, NOW));
    cr_expect_eq(kit_runs(&kit, false), 5);
    cr_expect(strstr(kit.notes, "the user may not read a/j1 (403)"));
    jobs[1].hidden = false;
    pages = 0;
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect_eq(pages, 0);
    cr_assert(kit_poll_once(&kit, NOW + 7 * 60 * MINUTE));
    cr_expect_eq(kit_runs(&kit, false), 10);
}

static void hide_while_filling(void)
{
    fill(0, 500);
    cr_assert(kit_poll_once(&kit, NOW));
    jobs[0].hidden = true;
    cr_assert(kit_poll_once(&kit, NOW + MINUTE));
    cr_expect(strstr(kit.notes, "the user may not read a/j0 (403)"));
    jobs[0].hidden = false;
    pages = 0;
    cr_assert(kit_poll_once(&kit, NOW + 2 * MINUTE));
    cr_expect_eq(pages, 0);
}

Test(jenkins_poll, a_job_that_is_hidden_while_its_history_comes_is_filled_six_hours_later)
{
    hide_while_filling();
    kit_poll_all(&kit, NOW + 7 * 60 * MINUTE);
    cr_expect_eq(kit_runs(&kit, false), 500);
}

Test(jenkins_poll, a_clock_that_is_set_back_hides_no_job_until_then)
{
    hide_while_filling();
    kit_poll_all(&kit, NOW - DAY);
    cr_expect_eq(kit_runs(&kit, false), 500);
}

static bool is_remembered(const char *name)
{
    return json_object_get(kit.cursors, name) != NULL;
}

/* A year of branches is one of cursors otherwise. Those that are there still are as those that
 * were never seen. */
Test(jenkins_poll, of_jobs_that_nobody_builds_any_more_nothing_is_remembered)
{
    fill(0, 30);
    fill(1, 150);
    kit_poll_all(&kit, NOW);
    cr_assert(kit_poll_once(&kit, NOW + 91 * DAY));
    cr_expect(is_remembered("n:a/j0") && is_remembered("f:a/j1"), "it is 99 days");
    add(0, NOW + 92 * DAY, true);
    pages = 0;
    cr_assert(kit_poll_once(&kit, NOW + 94 * DAY));
    cr_expect(is_remembered("n:a/j0") && is_remembered("f:a/j0"), "it is built");
    cr_expect(!is_remembered("n:a/j1") && !is_remembered("t:a/j1") && !is_remembered("f:a/j1") &&
              !is_remembered("d:a/j1"));
    cr_expect_eq(pages, 1, "%zu", pages);
    cr_assert(kit_poll_once(&kit, NOW + 95 * DAY));
    cr_expect_eq(pages, 1, "and nothing is asked of it for that");
    cr_expect_eq(kit_runs(&kit, false), 181);
}

Test(jenkins_poll, a_job_that_is_built_again_after_it_was_forgotten_comes_once_and_whole)
{
    fill(1, 150);
    kit_poll_all(&kit, NOW);
    cr_assert(kit_poll_once(&kit, NOW + 94 * DAY));
    cr_assert(!is_remembered("n:a/j1"));
    for (int i = 0; i < 250; i++)
        add(1, NOW + 94 * DAY + i * MINUTE, true);
    kit_poll_all(&kit, NOW + 95 * DAY);
    cr_expect_eq(kit_runs(&kit, false), 400);
    cr_expect_eq(json_object_size(kit.jobs), 400);
    pages = 0;
    cr_assert(kit_poll_once(&kit, NOW + 95 * DAY + MINUTE));
    cr_expect_eq(pages + singles, 0, "nothing moved");
}

/* It is forgotten in the poll that sees that it is built again. */
Test(jenkins_poll, a_job_that_is_built_again_as_it_is_forgotten_comes_once_and_whole)
{
    fill(1, 150);
    kit_poll_all(&kit, NOW);
    for (int i = 0; i < 250; i++)
        add(1, NOW + 94 * DAY + i * MINUTE, true);
    kit_poll_all(&kit, NOW + 95 * DAY);
    cr_expect_eq(kit_runs(&kit, false), 400);
    cr_expect(is_remembered("n:a/j1") && is_remembered("f:a/j1") && is_remembered("d:a/j1"));
    kit.history_ms = 200 * DAY;
    kit_poll_all(&kit, NOW + 96 * DAY);
    cr_expect_eq(kit_runs(&kit, false), 400);
}

/* A server of ten years has thousands of them. */
Test(jenkins_poll, a_job_that_was_built_last_before_all_that_is_wanted_is_not_asked_for)
{
    add(0, NOW - 101 * DAY, true);
    add(1, NOW - 99 * DAY, true);
    kit_poll_all(&kit, NOW);
    cr_expect_eq(pages, 1);
    kit.history_ms = 150 * DAY;
    kit_poll_all(&kit, NOW + MINUTE);
    cr_expect_eq(kit_runs(&kit, false), 2, "a longer history has it");
}
