/* zone: a time zone as a table of its offsets. The C library knows them all, by a well
 * kept database, but only for the process's own zone: it is asked once for each name. */
#include "config.h"

#include "core/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/error.h"
#include "core/mem.h"
#include "core/text.h"

#define FIRST_S INT64_C(631152000)  /* 1990-01-01 */
#define LAST_S  INT64_C(3155760000) /* 2070-01-01 */
/* A change that is taken back within a step would be lost. The shortest that there was lasted a
 * week, but for its hour (Recife, October 2000). */
#define STEP_S  INT64_C(432000)

/* ---- the database ---- */

static const char *database(void)
{
    const char *dir = getenv("TZDIR");

    return dir && dir[0] == '/' ? dir : "/usr/share/zoneinfo";
}

/* The file of a zone, yours to free; NULL: there is none. The C library would take UTC. */
static char *file_of(const char *name)
{
    char *path = mem_print("%s/%s", database(), name), magic[4] = "";
    FILE *file = fopen(path, "re");
    bool ok = file && fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
              memcmp(magic, "TZif", sizeof(magic)) == 0;

    if (file)
        (void)fclose(file);
    if (ok)
        return path;
    free(path);
    return NULL;
}

/* All but old names; ends at NULL. */
static const char **known_names(struct arena *arena)
{
    enum { NAMES_MOST = 1000 };
    const char **names = arena_alloc(arena, (NAMES_MOST + 1) * sizeof(*names));
    char *path = mem_print("%s/zone.tab", database()), line[512], name[128];
    FILE *file = fopen(path, "re");
    size_t n = 0;

    while (file && n < NAMES_MOST && fgets(line, sizeof(line), file))
        if (line[0] != '#' && sscanf(line, "%*s %*s %127s", name) == 1)
            names[n++] = arena_text(arena, name);
    if (file)
        (void)fclose(file);
    free(path);
    return names;
}

/* "berlin", "New York" and "EUROPE/BERLIN" are near too. */
static bool names_place(const char *name, const char *word)
{
    const char *place = strrchr(name, '/');
    size_t i = 0;

    if (strcasecmp(name, word) == 0)
        return true;
    for (place = place ? place + 1 : name; place[i] && word[i]; i++)
        if (strncasecmp(&place[i], word[i] == ' ' ? "_" : &word[i], 1) != 0)
            return false;
    return !place[i] && !word[i];
}

static bool unknown(const char *word, struct dx_error *err)
{
    struct arena arena = { 0 };
    const char **names = known_names(&arena), *near = NULL;

    for (size_t i = 0; names[i] && !near; i++)
        if (names_place(names[i], word))
            near = names[i];
    if (!near)
        near = strcasecmp(word, "UTC") == 0 ? "UTC" : text_nearest(word, names);
    if (near)
        (void)dx_fail(err, DX_FAULT_CONFIG, "there is no \"%.60s\"; did you mean \"%.60s\"?", word,
                      near);
    else
        (void)dx_fail(err, DX_FAULT_CONFIG,
                      "there is no \"%.60s\"; names are like Europe/Berlin, or UTC", word);
    arena_free(&arena);
    return false;
}

/* It becomes part of a path. */
static bool is_name(const char *name)
{
    return name[0] != '/' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/") ==
               strlen(name);
}

/* Is there one? *path gets its file, NULL where it needs none. */
static bool find(const char *name, char **path, struct dx_error *err)
{
    char *utc;

    *path = NULL;
    if (!*name || strcmp(name, "UTC") == 0)
        return true;
    if (is_name(name) && (*path = file_of(name)) != NULL)
        return true;
    utc = file_of("UTC");
    if (!utc)
        return dx_fail(err, DX_FAULT_CONFIG,
                       "there are no time zones in %.80s; install tzdata, or write UTC",
                       database());
    free(utc);
    return unknown(name, err);
}

bool zone_check(const char *name, struct dx_error *err)
{
    char *path;
    bool ok = find(name, &path, err);

    free(path);
    return ok;
}

/* ---- the table ---- */

/* In the process's zone, in seconds. */
static int64_t offset_at(int64_t instant_s)
{
    time_t at = (time_t)instant_s;
    struct tm tm = { 0 };

    (void)localtime_r(&at, &tm);
    return tm.tm_gmtoff;
}

static void add(struct zone *zone, int64_t from_s, int64_t offset_s)
{
    struct zone_span *span;

    zone->spans = mem_grow(zone->spans, zone->count + 1, sizeof(*zone->spans));
    span = &zone->spans[zone->count];
    *span = (struct zone_span){ .from_ms = INT64_MIN,
                                .offset_ms = offset_s * 1000,
                                .local_until_ms = INT64_MAX };
    if (zone->count++ > 0) {
        span->from_ms = from_s * 1000;
        span[-1].local_until_ms = span->from_ms + span[-1].offset_ms;
    }
}

/* All changes after the second from until the second to. */
static void add_changes(struct zone *zone, int64_t from_s, int64_t to_s)
{
    int64_t offset_s = zone->spans[zone->count - 1].offset_ms / 1000;

    while (offset_at(to_s) != offset_s) {
        int64_t same = from_s, other = to_s;

        while (other - same > 1) {
            int64_t middle = same + (other - same) / 2;

            if (offset_at(middle) == offset_s)
                same = middle;
            else
                other = middle;
        }
        offset_s = offset_at(other);
        add(zone, other, offset_s);
        from_s = other;
    }
}

static void fill(struct zone *zone)
{
    add(zone, FIRST_S, offset_at(FIRST_S));
    for (int64_t at = FIRST_S; at < LAST_S; at += STEP_S)
        add_changes(zone, at, at + STEP_S);
}

/* TZ as it was; NULL: it was not set. */
static void set_back(char *was)
{
    if (was)
        (void)setenv("TZ", was, 1);
    else
        (void)unsetenv("TZ");
    tzset();
    free(was);
}

/* ---- those that were asked for ---- */

struct kept {
    struct kept *next;
    char *name;
    struct zone zone; /* without spans: there is none */
};
static struct kept *all_kept; /* few: of the calendar, and of the accounts of servers */

static struct kept *find_kept(const char *name)
{
    struct kept *kept = all_kept;

    while (kept && strcmp(kept->name, name) != 0)
        kept = kept->next;
    return kept;
}

static struct kept *keep(const char *name)
{
    struct kept *kept = mem_new(1, sizeof(*kept));

    *kept = (struct kept){ all_kept, mem_text(name), { 0 } };
    all_kept = kept;
    return kept;
}

static void fill_from(struct zone *zone, const char *path)
{
    const char *was = getenv("TZ");
    char *copy = was ? mem_text(was) : NULL;

    (void)setenv("TZ", path, 1);
    tzset();
    fill(zone);
    set_back(copy);
}

const struct zone *zone_named(const char *name)
{
    struct kept *kept = find_kept(name);
    char *path;

    if (!kept) {
        kept = keep(name);
        if (find(name, &path, &(struct dx_error){ 0 })) {
            if (path)
                fill_from(&kept->zone, path);
            else
                add(&kept->zone, FIRST_S, 0);
            free(path);
        }
    }
    return kept->zone.count > 0 ? &kept->zone : NULL;
}

bool zone_open(struct zone *zone, const char *name, struct dx_error *err)
{
    struct kept *kept = find_kept(name);
    char *path;

    *zone = (struct zone){ 0 };
    if (!find(name, &path, err))
        return false;
    if (path) {
        if (!kept)
            kept = keep(name);
        if (kept->zone.count == 0)
            fill_from(&kept->zone, path);
        zone->count = kept->zone.count;
        zone->spans = mem_grow(NULL, zone->count, sizeof(*zone->spans));
        memcpy(zone->spans, kept->zone.spans, zone->count * sizeof(*zone->spans));
        free(path);
    } else if (*name) {
        add(zone, FIRST_S, 0);
    } else {
        tzset();
        fill(zone);
    }
    return true;
}

void zone_done(struct zone *zone)
{
    free(zone->spans);
    *zone = (struct zone){ 0 };
}

/* ---- there and back ---- */

int64_t zone_local(const struct zone *zone, int64_t instant_ms)
{
    size_t low = 0, high = zone->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (zone->spans[middle].from_ms <= instant_ms)
            low = middle;
        else
            high = middle;
    }
    return instant_ms + zone->spans[low].offset_ms;
}

/* The span with the first instant that shows this time or a later one. */
static size_t span_of(const struct zone *zone, int64_t local_ms)
{
    size_t low = 0, high = zone->count - 1;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (zone->spans[middle].local_until_ms <= local_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int64_t zone_instant_next(const struct zone *zone, int64_t local_ms, size_t *at)
{
    if (*at == 0)
        *at = span_of(zone, local_ms);
    while (zone->spans[*at].local_until_ms <= local_ms)
        (*at)++;
    const struct zone_span *span = &zone->spans[*at];
    int64_t instant = local_ms - span->offset_ms;
    return instant > span->from_ms ? instant : span->from_ms;
}
