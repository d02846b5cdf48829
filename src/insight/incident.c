/* incident: the same platform failure in several places at once. */
#include "config.h"

#include "insight/incident.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* A failure, sorted so that those that may belong together are neighbours: by
 * category (and pool), then time. */
struct place {
    int64_t category, pool;
    size_t at; /* index: by time */
};

struct search {
    const struct incident_failure *failures;
    const struct place *places; /* of one category, or of one category on one pool */
    size_t count;
    bool on_pool;
};

/* An incident before those that overlap are joined. */
struct part {
    int64_t category, from_ms, raised_ms, to_ms;
    size_t *member;
    size_t count;
};

struct found {
    struct part *list;
    size_t count, cap;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->category != y->category)
        return x->category < y->category ? -1 : 1;
    if (x->pool != y->pool)
        return x->pool < y->pool ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int by_index(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return (x > y) - (x < y);
}

/* Different projects among places [from, to]; `most` are enough. */
static int64_t projects_in(const struct search *s, size_t from, size_t to, size_t most)
{
    int64_t seen[INCIDENT_PROJECTS];
    size_t count = 0;

    for (size_t i = from; i <= to && count < most; i++) {
        int64_t project = s->failures[s->places[i].at].project;
        size_t p = 0;

        while (p < count && seen[p] != project)
            p++;
        if (p == count)
            seen[count++] = project;
    }
    return (int64_t)count;
}

static bool all_ambiguous(const struct search *s, size_t from, size_t to)
{
    for (size_t i = from; i <= to; i++)
        if (!s->failures[s->places[i].at].ambiguous)
            return false;
    return true;
}

/* Are the failures [from, to], which lie within the window, enough? */
static bool is_enough(const struct search *s, size_t from, size_t to)
{
    if (!s->on_pool)
        return projects_in(s, from, to, INCIDENT_PROJECTS) >= INCIDENT_PROJECTS;
    if (to - from + 1 < INCIDENT_ON_POOL)
        return false;
    return !all_ambiguous(s, from, to) ||
           projects_in(s, from, to, INCIDENT_AMBIGUOUS_PROJECTS) >= INCIDENT_AMBIGUOUS_PROJECTS;
}

static int64_t at_ms(const struct search *s, size_t place)
{
    return s->failures[s->places[place].at].at_ms;
}

static void add(struct found *found, const struct search *s, size_t from, size_t to,
                int64_t raised_ms)
{
    size_t *member = mem_new(to - from + 1, sizeof(*member));

    for (size_t i = from; i <= to; i++)
        member[i - from] = s->places[i].at;
    if (found->count == found->cap) {
        found->cap = found->cap ? 2 * found->cap : 8;
        found->list = mem_grow(found->list, found->cap, sizeof(*found->list));
    }
    found->list[found->count++] = (struct part){
        .category = s->places[from].category,
        .from_ms = at_ms(s, from),
        .raised_ms = raised_ms,
        .to_ms = at_ms(s, to),
        .member = member,
        .count = to - from + 1,
    };
}

/* Every incident among the places. */
static void search(struct found *found, const struct search *s)
{
    size_t from = 0;

    for (size_t to = 0; to < s->count; to++) {
        int64_t raised_ms = at_ms(s, to);

        while (raised_ms - at_ms(s, from) > INCIDENT_WINDOW_MS)
            from++;
        if (!is_enough(s, from, to))
            continue;
        while (to + 1 < s->count && at_ms(s, to + 1) - at_ms(s, to) <= INCIDENT_QUIET_MS)
            to++;
        add(found, s, from, to, raised_ms);
        from = to + 1;
    }
}

/* Calls search() for each group of places that are equal by category (and pool). */
static void search_groups(struct found *found, const struct incident_failure *failures, size_t n,
                          bool on_pool)
{
    struct place *places = mem_new(n + 1, sizeof(*places));
    size_t count = 0, len;

    for (size_t i = 0; i < n; i++)
        if (!on_pool || failures[i].pool != 0)
            places[count++] =
                (struct place){ failures[i].category, on_pool ? failures[i].pool : 0, i };
    if (count > 1)
        qsort(places, count, sizeof(*places), by_place);
    for (size_t i = 0; i < count; i += len) {
        struct search s = { failures, places + i, 1, on_pool };

        while (i + s.count < count && places[i + s.count].category == places[i].category &&
               places[i + s.count].pool == places[i].pool)
            s.count++;
        len = s.count;
        search(found, &s);
    }
    free(places);
}

/* ---- joining ---- */

static int by_category(const void *a, const void *b)
{
    const struct part *x = a, *y = b;

    if (x->category != y->category)
        return x->category < y->category ? -1 : 1;
    if (x->from_ms != y->from_ms)
        return x->from_ms < y->from_ms ? -1 : 1;
    return (x->to_ms > y->to_ms) - (x->to_ms < y->to_ms);
}

static int by_start(const void *a, const void *b)
{
    const struct incident *x = a, *y = b;

    if (x->from_ms != y->from_ms)
        return x->from_ms < y->from_ms ? -1 : 1;
    return (x->category > y->category) - (x->category < y->category);
}

/* How many parts are one with the first. */
static size_t overlapping(const struct part *parts, size_t n)
{
    int64_t to_ms = parts[0].to_ms;
    size_t len = 1;

    while (len < n && parts[len].category == parts[0].category && parts[len].from_ms <= to_ms) {
        to_ms = parts[len].to_ms > to_ms ? parts[len].to_ms : to_ms;
        len++;
    }
    return len;
}

/* One incident of the parts, which overlap; members has room for all of theirs. */
static struct incident join(const struct part *parts, size_t n, size_t *members)
{
    struct incident whole = {
        .category = parts[0].category,
        .from_ms = parts[0].from_ms,
        .raised_ms = parts[0].raised_ms,
        .member = members,
    };
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        memcpy(members + count, parts[i].member, parts[i].count * sizeof(*members));
        count += parts[i].count;
        if (parts[i].raised_ms < whole.raised_ms)
            whole.raised_ms = parts[i].raised_ms;
        if (parts[i].to_ms > whole.to_ms)
            whole.to_ms = parts[i].to_ms;
    }
    qsort(members, count, sizeof(*members), by_index);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || members[i] != members[whole.member_count - 1])
            members[whole.member_count++] = members[i];
    return whole;
}

/* What its members say: pool, projects. */
static void describe(struct incident *incident, const struct incident_failure *failures,
                     int64_t now_ms)
{
    int64_t *projects = mem_new(incident->member_count, sizeof(*projects));

    incident->pool = failures[incident->member[0]].pool;
    for (size_t i = 0; i < incident->member_count; i++) {
        const struct incident_failure *failure = &failures[incident->member[i]];

        projects[i] = failure->project;
        if (failure->pool != incident->pool)
            incident->pool = 0;
    }
    qsort(projects, incident->member_count, sizeof(*projects), by_number);
    for (size_t i = 0; i < incident->member_count; i++)
        incident->projects += i == 0 || projects[i] != projects[i - 1];
    free(projects);
    if (now_ms - incident->to_ms > INCIDENT_QUIET_MS)
        incident->cleared_ms = incident->to_ms + INCIDENT_QUIET_MS;
}

void incidents_find(struct incidents *out, const struct incident_failure *failures, size_t n,
                    int64_t now_ms)
{
    struct found found = { 0 };
    size_t used = 0, total = 0;

    while (n > 0 && failures[n - 1].at_ms > now_ms)
        n--;
    search_groups(&found, failures, n, false);
    search_groups(&found, failures, n, true);
    *out = (struct incidents){ 0 };
    if (found.count > 0) {
        qsort(found.list, found.count, sizeof(*found.list), by_category);
        for (size_t i = 0; i < found.count; i++)
            total += found.list[i].count;
        out->list = mem_new(found.count, sizeof(*out->list));
        out->members = mem_new(total, sizeof(*out->members));
    }
    for (size_t i = 0, len; i < found.count; i += len) {
        struct incident *whole = &out->list[out->count++];

        len = overlapping(found.list + i, found.count - i);
        *whole = join(found.list + i, len, out->members + used);
        used += whole->member_count;
        describe(whole, failures, now_ms);
    }
    if (out->count > 1)
        qsort(out->list, out->count, sizeof(*out->list), by_start);
    for (size_t i = 0; i < found.count; i++)
        free(found.list[i].member);
    free(found.list);
}

void incidents_done(struct incidents *incidents)
{
    free(incidents->list);
    free(incidents->members);
    *incidents = (struct incidents){ 0 };
}
