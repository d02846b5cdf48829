/* The shipped themes can be read by everyone: contrast, colours that stay apart
 * for every kind of sight, and 256-colour indices that keep both. */
#include "config.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "colour.h"
#include "tests/where.h"
#include "ui/theme.h"

enum { ON_MOST = 4, STATES = 4, NEAREST = 9, COLOURS = INDEX_LAST + 1 };

static const struct shipped {
    const char *name;
    uint32_t on[ON_MOST]; /* the backgrounds it is made for; the first is the reference */
    int count;
    double text, apart; /* least contrast of text; least CIEDE2000 between states, 0: no colour */
} shipped[] = {
    { "dark", { 0x000000, 0x1e1e2e, 0x002b36, 0x282828 }, 4, 4.5, 12 },
    { "light", { 0xffffff, 0xeff1f5, 0xfdf6e3 }, 3, 4.5, 12 },
    { "high-contrast", { 0x000000 }, 1, 7, 14 },
    { "colour-blind", { 0x000000, 0x1e1e2e, 0x002b36, 0x282828 }, 4, 4.5, 20 },
    { "mono", { 0x000000, 0x1e1e2e, 0x002b36, 0x282828 }, 4, 4.5, 0 },
};

enum { SHIPPED = sizeof(shipped) / sizeof(shipped[0]) };

static const double graph = 3, apart_256 = 10;
static const double row_apart = 3.4, row_contrast = 1.09; /* of a selected row from its ground */

static const enum dx_role states[STATES] = { DX_ROLE_GOOD, DX_ROLE_WARN, DX_ROLE_BAD,
                                             DX_ROLE_BUSY };

static void load(struct theme *theme, const char *name)
{
    struct dx_error err = { 0 };

    setenv("XDG_CONFIG_HOME", "/nonexistent", 1); /* not the user's own */
    cr_assert(theme_load(theme, SRC_DIR "/themes", name, &err), "%s", err.text);
}

static void at_least(double is, double wanted, const struct theme *theme, enum dx_role role,
                     const char *what)
{
    cr_expect_geq(is, wanted - 1e-9, "%s %s %s: %.2f, wanted %.2f", theme->name, role_name(role),
                  what, is, wanted);
}

/* What the role needs on the theme's backgrounds; heat is a scale, whose low end may fade. */
static double needed(const struct shipped *s, enum dx_role role)
{
    switch (role) {
    case DX_ROLE_TEXT:
    case DX_ROLE_DIM:
    case DX_ROLE_TITLE:
    case DX_ROLE_KEY:
    case DX_ROLE_GOOD:
    case DX_ROLE_WARN:
    case DX_ROLE_BAD:
    case DX_ROLE_BUSY:
    case DX_ROLE_STALE:
        return s->text;
    case DX_ROLE_BORDER:
    case DX_ROLE_BORDER_FOCUS:
    case DX_ROLE_SERIES_1:
    case DX_ROLE_SERIES_2:
    case DX_ROLE_SERIES_3:
    case DX_ROLE_SERIES_4:
    case DX_ROLE_SERIES_5:
    case DX_ROLE_SERIES_6:
        return graph;
    default:
        return 1;
    }
}

static double least_contrast(const struct shipped *s, uint32_t rgb)
{
    double least = INFINITY;

    for (int i = 0; i < s->count; i++)
        least = fmin(least, colour_contrast(rgb, s->on[i]));
    return least;
}

static uint32_t colour256(const struct theme *theme, enum dx_role role)
{
    return colour_of_index(theme->role[role].index256);
}

/* ---- the palettes ---- */

static void expect_line(struct theme *theme, const char *line)
{
    char name[32], role[32], attrs[32], want[160], is[160];
    unsigned rgb;
    int index256, index16, r = 0;

    cr_assert_eq(
        sscanf(line, "%31s %31s #%6x %d %d %31s", name, role, &rgb, &index256, &index16, attrs), 6,
        "%s", line);
    if (strcmp(theme->name, name) != 0)
        load(theme, name);
    while (r < DX_ROLE_COUNT && strcmp(role_name((enum dx_role)r), role) != 0)
        r++;
    cr_assert_lt(r, (int)DX_ROLE_COUNT, "%s", line);
    const struct theme_colour *c = &theme->role[r];

    snprintf(want, sizeof(want), "%s %s %06x %d %d %d%d%d", name, role, rgb, index256, index16,
             strstr(attrs, "bold") != NULL, strstr(attrs, "underline") != NULL,
             strstr(attrs, "reverse") != NULL);
    snprintf(is, sizeof(is), "%s %s %06x %d %d %d%d%d", name, role, c->rgb, c->index256, c->index16,
             c->bold, c->underline, c->reverse);
    cr_expect_str_eq(is, want, "%s, wanted %s", is, want);
}

Test(theme, palettes_are_those_designed)
{
    struct theme theme = { 0 };
    FILE *file = fopen(SRC_DIR "/tests/fixtures/palettes.txt", "r");
    char line[256];
    int lines = 0;

    cr_assert_not_null(file);
    while (fgets(line, sizeof(line), file)) {
        if (line[0] != '#') {
            expect_line(&theme, line);
            lines++;
        }
    }
    fclose(file);
    cr_expect_eq(lines, SHIPPED * DX_ROLE_COUNT);
}

Test(theme, backgrounds_and_kinds_are_those_designed)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;

        load(&t, shipped[i].name);
        cr_expect_eq(t.paints, strcmp(t.name, "high-contrast") == 0, "%s", t.name);
        cr_expect_eq(t.mono, strcmp(t.name, "mono") == 0, "%s", t.name);
        cr_expect_str_eq(t.kind, strcmp(t.name, "light") == 0 ? "light" : "dark");
        if (t.paints) {
            cr_expect_eq(t.background, shipped[i].on[0]);
            cr_expect_eq(colour_of_index(t.background256), t.background);
            cr_expect_eq(t.background16, 0);
        }
    }
}

/* ---- contrast ---- */

Test(theme, every_role_can_be_read_on_its_backgrounds)
{
    for (int i = 0; i < SHIPPED; i++) {
        const struct shipped *s = &shipped[i];
        struct theme t;

        load(&t, s->name);
        for (int r = 0; r < DX_ROLE_COUNT; r++) {
            enum dx_role role = (enum dx_role)r;

            at_least(least_contrast(s, t.role[r].rgb), needed(s, role), &t, role, "on its ground");
            at_least(least_contrast(s, colour256(&t, role)), needed(s, role), &t, role,
                     "on its ground in 256 colours");
        }
    }
}

Test(theme, a_selected_row_and_a_chip_can_be_read)
{
    static const enum dx_role texts[] = { DX_ROLE_TEXT, DX_ROLE_GOOD, DX_ROLE_WARN, DX_ROLE_BAD,
                                          DX_ROLE_BUSY };

    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;

        load(&t, shipped[i].name);
        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
            uint32_t rgb = t.role[texts[j]].rgb, on = t.role[DX_ROLE_SELECTED].rgb;

            at_least(colour_contrast(rgb, on), 4.5, &t, texts[j], "selected");
        }
        at_least(colour_contrast(t.role[DX_ROLE_DIM].rgb, t.role[DX_ROLE_SELECTED].rgb), 4., &t,
                 DX_ROLE_DIM, "selected");
        for (enum dx_role r = DX_ROLE_WARN; r <= DX_ROLE_BAD; r++)
            at_least(colour_contrast(t.role[r].rgb, shipped[i].on[0]), 4.5, &t, r, "as a chip");
    }
}

/* What can stand on a selected row: all that panels write with. */
static const enum dx_role selected_texts[] = {
    DX_ROLE_TEXT, DX_ROLE_TITLE, DX_ROLE_KEY,  DX_ROLE_GOOD,
    DX_ROLE_WARN, DX_ROLE_BAD,   DX_ROLE_BUSY, DX_ROLE_STALE,
};

enum { SELECTED_TEXTS = sizeof(selected_texts) / sizeof(selected_texts[0]) };

/* Without colours what is old is as dim as a label, and the row is reversed. */
static double selected_needs(const struct theme *t, enum dx_role role)
{
    return t->mono && role == DX_ROLE_STALE ? 4. : 4.5;
}

Test(theme, all_that_stands_on_a_selected_row_can_be_read)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;

        load(&t, shipped[i].name);
        for (size_t j = 0; j < SELECTED_TEXTS; j++) {
            enum dx_role role = selected_texts[j];
            double least = selected_needs(&t, role);

            at_least(colour_contrast(t.role[role].rgb, t.role[DX_ROLE_SELECTED].rgb), least, &t,
                     role, "selected");
            at_least(colour_contrast(colour256(&t, role), colour256(&t, DX_ROLE_SELECTED)), least,
                     &t, role, "selected in 256 colours");
        }
    }
}

/* What the terminal paints on a chip: screen_colour.c's paper on the state's colour. */
Test(theme, a_chip_can_be_read_in_both_depths)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;
        bool light;

        load(&t, shipped[i].name);
        light = strcmp(t.kind, "light") == 0;
        for (enum dx_role r = DX_ROLE_WARN; r <= DX_ROLE_STALE; r++) {
            uint32_t paper = t.paints ? t.background : light ? 0xffffff : 0x080808;
            int paper256 = t.paints ? t.background256 : light ? 231 : 16;

            at_least(colour_contrast(t.role[r].rgb, paper), 4.5, &t, r, "as a chip");
            at_least(colour_contrast(colour256(&t, r), colour_of_index(paper256)), 4.5, &t, r,
                     "as a chip in 256 colours");
        }
    }
}

/* A theme that comes with dxtop is judged here. */
Test(theme, every_shipped_theme_is_judged)
{
    DIR *dir = opendir(SRC_DIR "/themes");
    int count = 0;

    cr_assert_not_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        size_t len = strcspn(entry->d_name, ".");
        int i = 0;

        if (strcmp(entry->d_name + len, ".theme") != 0)
            continue;
        while (i < SHIPPED &&
               (strncmp(shipped[i].name, entry->d_name, len) != 0 || shipped[i].name[len] != '\0'))
            i++;
        cr_expect_lt(i, SHIPPED, "%s", entry->d_name);
        count++;
    }
    closedir(dir);
    cr_expect_eq(count, SHIPPED);
}

/* ---- apart ---- */

static void expect_apart(const struct theme *t, enum dx_role a, enum dx_role b, double least)
{
    for (int s = 0; s < SIGHTS; s++) {
        double is = colour_apart(t->role[a].rgb, t->role[b].rgb, (enum sight)s);

        cr_expect_geq(is, least, "%s %s and %s, %s: %.1f, wanted %.1f", t->name, role_name(a),
                      role_name(b), sight_name((enum sight)s), is, least);
    }
}

Test(theme, states_stay_apart_for_every_kind_of_sight)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;

        load(&t, shipped[i].name);
        for (int a = 0; a < STATES && shipped[i].apart > 0; a++) {
            for (int b = a + 1; b < STATES; b++) {
                expect_apart(&t, states[a], states[b], shipped[i].apart);
                at_least(colour_apart_least(colour256(&t, states[a]), colour256(&t, states[b])),
                         apart_256, &t, states[a], role_name(states[b]));
            }
        }
    }
}

/* `stale` and a series never stand without words: a name in the legend, "stale
 * 6m" in the frame. So the floor is what still looks different side by side, and
 * only the first two series, which is what a graph has, have to be far apart. */
static const double side_by_side = 3.4, series_normal = 14, series_first = 30;

Test(theme, stale_and_series_look_different)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;

        load(&t, shipped[i].name);
        for (int a = 0; a < STATES; a++)
            expect_apart(&t, DX_ROLE_STALE, states[a], side_by_side);
        for (enum dx_role a = DX_ROLE_SERIES_1; a <= DX_ROLE_SERIES_6; a++) {
            for (enum dx_role b = a + 1; b <= DX_ROLE_SERIES_6; b++) {
                expect_apart(&t, a, b, side_by_side);
                if (shipped[i].apart > 0)
                    at_least(colour_apart(t.role[a].rgb, t.role[b].rgb, SIGHT_NORMAL),
                             series_normal, &t, a, role_name(b));
            }
        }
        if (shipped[i].apart > 0)
            expect_apart(&t, DX_ROLE_SERIES_1, DX_ROLE_SERIES_2, series_first);
    }
}

Test(theme, heat_is_one_scale)
{
    static const double step = 4.5; /* neighbours, for every kind of sight */
    /* The 256 colours are too coarse for eight steps of their own: two may be of
     * one lightness, which is not to be seen below 1.5. */
    static const double slack = 1.5;

    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;

        load(&t, shipped[i].name);
        double way = strcmp(t.kind, "light") == 0 ? -1 : 1;

        for (enum dx_role r = DX_ROLE_HEAT_0; r < DX_ROLE_HEAT_7; r++) {
            double from = colour_lab(t.role[r].rgb, SIGHT_NORMAL).l;
            double to = colour_lab(t.role[r + 1].rgb, SIGHT_NORMAL).l;

            cr_expect_gt((to - from) * way, 0, "%s %s", t.name, role_name(r));
            expect_apart(&t, r, r + 1, step);
            from = colour_lab(colour256(&t, r), SIGHT_NORMAL).l;
            to = colour_lab(colour256(&t, r + 1), SIGHT_NORMAL).l;
            cr_expect_gt((to - from) * way, -slack, "%s %s in 256 colours: %.1f %.1f", t.name,
                         role_name(r), from, to);
        }
    }
}

/* ---- 256 colours ---- */

struct near {
    int index;
    double distance;
};

static int compare_near(const void *a, const void *b)
{
    const struct near *x = a, *y = b;

    if (x->distance < y->distance)
        return -1;
    return x->distance > y->distance ? 1 : x->index - y->index;
}

/* The indices that keep the contrast, nearest first. */
static int nearest(const struct shipped *s, double need, uint32_t rgb, struct near out[COLOURS])
{
    int n = 0;

    for (int i = INDEX_FIRST; i <= INDEX_LAST; i++)
        if (least_contrast(s, colour_of_index(i)) >= need)
            out[n++] = (struct near){ i, colour_apart(colour_of_index(i), rgb, SIGHT_NORMAL) };
    cr_assert_gt(n, NEAREST);
    qsort(out, (size_t)n, sizeof(*out), compare_near);
    return n;
}

/* What a row is selected by is seen on every ground, and all can be read on it. */
static bool can_be_selected(const struct shipped *s, const struct theme *t, int index)
{
    bool ok = least_contrast(s, colour_of_index(index)) >= row_contrast;

    for (int i = 0; ok && i < s->count; i++)
        ok = colour_apart(colour_of_index(index), s->on[i], SIGHT_NORMAL) >= row_apart;
    for (size_t i = 0; ok && i < SELECTED_TEXTS; i++)
        ok = colour_contrast(colour_of_index(index), colour256(t, selected_texts[i])) >=
             selected_needs(t, selected_texts[i]);
    return ok;
}

Test(theme, the_index_of_a_selected_row_is_the_nearest_that_all_can_be_read_on)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct near at[COLOURS];
        struct theme t;
        int n, first = 0;

        load(&t, shipped[i].name);
        n = nearest(&shipped[i], 1, t.role[DX_ROLE_SELECTED].rgb, at);
        while (first < n && !can_be_selected(&shipped[i], &t, at[first].index))
            first++;
        cr_assert_lt(first, n);
        cr_expect_eq(t.role[DX_ROLE_SELECTED].index256, at[first].index, "%s: %d, wanted %d",
                     t.name, t.role[DX_ROLE_SELECTED].index256, at[first].index);
    }
}

Test(theme, indices_are_the_nearest_that_keep_their_contrast)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;

        load(&t, shipped[i].name);
        for (int r = 0; r < DX_ROLE_COUNT; r++) {
            struct near at[COLOURS];
            enum dx_role role = (enum dx_role)r;
            double is = colour_apart(colour256(&t, role), t.role[r].rgb, SIGHT_NORMAL);

            if ((role >= DX_ROLE_GOOD && role <= DX_ROLE_BUSY) || role == DX_ROLE_SELECTED)
                continue; /* these are picked together, and this one by what stands on it */
            nearest(&shipped[i], needed(&shipped[i], role), t.role[r].rgb, at);
            cr_expect_leq(is, at[0].distance + 1e-9, "%s %s: %d is %.2f off, %d %.2f", t.name,
                          role_name(role), t.role[r].index256, is, at[0].index, at[0].distance);
        }
    }
}

/* Four indices of the nearest nine of each, all far enough apart, with the least
 * sum of squared distances. */
struct choice {
    struct near at[STATES][COLOURS];
    double apart, cost; /* of the best one so far */
    int best[STATES];
    int now[STATES];
};

static bool keeps_apart(const struct choice *c, int state)
{
    for (int i = 0; i < state && c->apart > 0; i++)
        if (colour_apart_least(colour_of_index(c->now[i]), colour_of_index(c->now[state])) <
            c->apart)
            return false;
    return true;
}

static void choose(struct choice *c, int state, double cost)
{
    if (cost >= c->cost)
        return;
    if (state == STATES) {
        c->cost = cost;
        memcpy(c->best, c->now, sizeof(c->best));
        return;
    }
    for (int i = 0; i < NEAREST; i++) {
        double d = c->at[state][i].distance;

        c->now[state] = c->at[state][i].index;
        if (cost + d * d < c->cost && keeps_apart(c, state))
            choose(c, state + 1, cost + d * d);
    }
}

Test(theme, indices_of_the_states_are_the_nearest_four_that_stay_apart)
{
    for (int i = 0; i < SHIPPED; i++) {
        struct theme t;
        struct choice c = { .apart = shipped[i].apart > 0 ? apart_256 + .5 : 0, .cost = INFINITY };

        load(&t, shipped[i].name);
        for (int s = 0; s < STATES; s++)
            nearest(&shipped[i], shipped[i].text, t.role[states[s]].rgb, c.at[s]);
        choose(&c, 0, 0);
        for (int s = 0; s < STATES; s++)
            cr_expect_eq(t.role[states[s]].index256, c.best[s], "%s %s: %d, wanted %d", t.name,
                         role_name(states[s]), t.role[states[s]].index256, c.best[s]);
    }
}
