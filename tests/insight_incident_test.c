#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "insight/incident.h"

enum { MINUTE = 60000, MOST = 32 };

/* Failures, a word each: minute, category (a letter), project (a digit), pool (a
 * letter, . for none), ? for ambiguous: "12R1x?". */
static size_t read_failures(struct incident_failure *failures, const char *words)
{
    size_t n = 0;

    while (*words) {
        char *end;
        int64_t minute = strtol(words, &end, 10);

        failures[n++] = (struct incident_failure){ .at_ms = 1000000000 + minute * MINUTE,
                                                   .category = end[0],
                                                   .project = end[1],
                                                   .pool = end[2] == '.' ? 0 : end[2],
                                                   .ambiguous = end[3] == '?' };
        words = end + 3 + (end[3] == '?');
        words += *words == ' ';
    }
    return n;
}

static const struct {
    const char *name, *failures;
    int now; /* minute */
    size_t count;
    struct {                           /* of the first */
        char category, pool;           /* 0: none */
        int from, raised, to, cleared; /* minutes; cleared -1: it holds */
        int members, projects;
    } first;
} cases[] = {
    { "nothing", "", 60, 0, { 0 } },
    { "three repositories in ten minutes",
      "0R1. 5R2. 10R3.",
      12,
      1,
      { 'R', 0, 0, 10, 10, -1, 3, 3 } },
    { "in eleven", "0R1. 5R2. 11R3.", 12, 0, { 0 } },
    { "two repositories, often", "0R1. 1R2. 2R1. 3R2. 4R1.", 12, 0, { 0 } },
    { "of different categories", "0R1. 1N2. 2D3.", 12, 0, { 0 } },
    { "one pool, one repository", "0R1x 4R1x 9R1x", 12, 1, { 'R', 'x', 0, 9, 9, -1, 3, 1 } },
    { "three pools", "0R1x 4R1y 9R1z", 12, 0, { 0 } },
    { "no pool is not a pool", "0R1. 4R1. 9R1.", 12, 0, { 0 } },
    { "ambiguous, in three repositories",
      "0N1.? 1N2.? 2N3.?",
      9,
      1,
      { 'N', 0, 0, 2, 2, -1, 3, 3 } },
    { "ambiguous, a job that is rerun on its pool", "0N1x? 1N1x? 2N1x?", 9, 0, { 0 } },
    { "ambiguous, two repositories on a pool",
      "0N1x? 1N1x? 2N2x?",
      9,
      1,
      { 'N', 'x', 0, 2, 2, -1, 3, 2 } },
    { "ambiguous, but one of them is sure",
      "0N1x? 1N1x? 2N1x",
      9,
      1,
      { 'N', 'x', 0, 2, 2, -1, 3, 1 } },
    { "clears 15 minutes after the last",
      "0R1. 1R2. 2R3. 17R1.",
      33,
      1,
      { 'R', 0, 0, 2, 17, 32, 4, 3 } },
    { "has not cleared yet", "0R1. 1R2. 2R3. 17R1.", 32, 1, { 'R', 0, 0, 2, 17, -1, 4, 3 } },
    { "comes back as another one",
      "0R1. 1R2. 2R3. 30R1. 31R2. 32R3.",
      33,
      2,
      { 'R', 0, 0, 2, 2, 17, 3, 3 } },
    { "one later failure does not raise it again",
      "0R1. 1R2. 2R3. 30R1.",
      33,
      1,
      { 'R', 0, 0, 2, 2, 17, 3, 3 } },
    { "repositories that share a pool: one incident, of the pool",
      "0R1x 1R2x 2R3x 3R1x",
      9,
      1,
      { 'R', 'x', 0, 2, 3, -1, 4, 3 } },
    { "of a pool first, then everywhere: one",
      "0R1x 1R1x 2R1x 5R2y 6R3z",
      9,
      1,
      { 'R', 0, 0, 2, 6, -1, 5, 3 } },
    { "what comes after now has not happened yet", "0R1. 1R2. 2R3.", 1, 0, { 0 } },
    { "the window slides", "0R1. 9R2. 12R3. 15R4.", 16, 1, { 'R', 0, 9, 15, 15, -1, 3, 3 } },
};

static int64_t at(int minute)
{
    return 1000000000 + (int64_t)minute * MINUTE;
}

Test(incident, each_case_is_raised_or_not)
{
    struct incident_failure failures[MOST];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t n = read_failures(failures, cases[i].failures);
        struct incidents found;

        incidents_find(&found, failures, n, at(cases[i].now));
        cr_expect_eq(found.count, cases[i].count, "%s: %zu", cases[i].name, found.count);
        if (found.count > 0) {
            const struct incident *f = &found.list[0];

            cr_expect(f->category == cases[i].first.category && f->pool == cases[i].first.pool,
                      "%s: %c %c", cases[i].name, (int)f->category, (int)f->pool);
            cr_expect(f->from_ms == at(cases[i].first.from) &&
                          f->raised_ms == at(cases[i].first.raised) &&
                          f->to_ms == at(cases[i].first.to),
                      "%s: %d %d %d", cases[i].name, (int)((f->from_ms - at(0)) / MINUTE),
                      (int)((f->raised_ms - at(0)) / MINUTE), (int)((f->to_ms - at(0)) / MINUTE));
            cr_expect_eq(f->cleared_ms, cases[i].first.cleared < 0 ? 0 : at(cases[i].first.cleared),
                         "%s", cases[i].name);
            cr_expect(f->member_count == (size_t)cases[i].first.members &&
                          f->projects == cases[i].first.projects,
                      "%s: %zu %d", cases[i].name, f->member_count, (int)f->projects);
            for (size_t m = 0; m < f->member_count; m++)
                cr_expect(f->member[m] < n && failures[f->member[m]].category == f->category &&
                              (m == 0 || f->member[m] > f->member[m - 1]),
                          "%s: members are failures of its category, once, by time", cases[i].name);
        }
        incidents_done(&found);
    }
}

Test(incident, two_at_once_are_two_by_time)
{
    struct incident_failure failures[MOST];
    size_t n = read_failures(failures, "0N1. 1R1. 1N2. 2R2. 2N3. 3R3.");
    struct incidents found;

    incidents_find(&found, failures, n, at(9));
    cr_assert_eq(found.count, 2);
    cr_expect(found.list[0].category == 'N' && found.list[1].category == 'R');
    cr_expect(found.list[0].member_count == 3 && found.list[1].member_count == 3);
    cr_expect(found.list[1].member[0] == 1 && found.list[1].member[2] == 5);
    incidents_done(&found);
    cr_expect(found.count == 0 && !found.list);
}

/* What is raised at T stays raised, with the same start, when more becomes known. */
Test(incident, as_time_goes_on_an_incident_only_grows)
{
    struct incident_failure failures[MOST];
    unsigned seed = 7;

    for (int round = 0; round < 500; round++) {
        size_t before = 0;
        int64_t minute = 0;

        for (size_t i = 0; i < MOST; i++) {
            seed = seed * 1103515245 + 12345;
            minute += (seed >> 16) % 6;
            failures[i] = (struct incident_failure){ .at_ms = at((int)minute),
                                                     .category = 'R' + (seed >> 20) % 2,
                                                     .project = 1 + (seed >> 24) % 4,
                                                     .pool = (seed >> 27) % 3 };
        }
        for (size_t i = 0; i < MOST; i++) {
            struct incidents found;
            size_t members = 0;

            incidents_find(&found, failures, MOST, failures[i].at_ms);
            for (size_t k = 0; k < found.count; k++) {
                members += found.list[k].member_count;
                cr_assert(found.list[k].from_ms <= found.list[k].raised_ms &&
                          found.list[k].raised_ms <= found.list[k].to_ms &&
                          found.list[k].to_ms <= failures[i].at_ms);
            }
            cr_assert(members >= before, "round %d", round);
            before = members;
            incidents_done(&found);
        }
    }
}
