/* State is never colour alone: on every golden screen a number that warns or is bad has a
 * glyph or a word beside it. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/text.h"
#include "tests/where.h"
#include "ui/glyphs.h"

enum { COLS_MOST = 220, ROWS_MOST = 70, WORD_LETTERS = 3 };

static const char ROLE_WARN = 'a' + DX_ROLE_WARN, ROLE_BAD = 'a' + DX_ROLE_BAD;

/* A screen as grid_dump() writes it: the text, then the role of each cell. */
struct dumped {
    char32_t text[ROWS_MOST][COLS_MOST];
    char role[ROWS_MOST][COLS_MOST + 1];
    int rows, cols[ROWS_MOST];
};

static int count_lines(FILE *file)
{
    int lines = 0;

    for (int c; (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    rewind(file);
    return lines;
}

static int read_text(const char *line, char32_t out[COLS_MOST])
{
    size_t len = strcspn(line, "\n");
    int col = 0;

    while (len > 0 && col + 1 < COLS_MOST) {
        struct grapheme one;

        text_grapheme(line, len, &one);
        out[col++] = one.cp[0];
        if (one.width == 2)
            out[col++] = U' ';
        line += one.bytes;
        len -= one.bytes;
    }
    return col;
}

static bool is_roles(const char *line)
{
    return *line && strspn(line, "abcdefghijklmnopqrstuvwxyz") == strlen(line);
}

/* false: it is no screen, or one without its roles. */
static bool read_screen(struct dumped *screen, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[COLS_MOST * 16];
    bool roles = true;
    int lines;

    cr_assert(file, "%s", path);
    lines = count_lines(file);
    screen->rows = lines / 3;
    if (lines % 3 != 0 || screen->rows > ROWS_MOST) {
        fclose(file);
        return false;
    }
    for (int row = 0; roles && row < 2 * screen->rows && fgets(line, sizeof(line), file); row++) {
        if (row < screen->rows)
            screen->cols[row] = read_text(line, screen->text[row]);
        else
            roles = is_roles(strcpy(screen->role[row - screen->rows], strtok(line, "\n")));
    }
    fclose(file);
    return roles;
}

static bool is_edge(char32_t cp)
{
    return cp == U'│' || cp == U'┃' || cp == U'|' || cp == U'║';
}

/* What says in any set that something is so or so. */
static bool is_glyph(char32_t cp)
{
    static const enum dx_glyph states[] = { DX_GLYPH_GOOD,    DX_GLYPH_WARN, DX_GLYPH_BAD,
                                            DX_GLYPH_NONE,    DX_GLYPH_FEW,  DX_GLYPH_RUNNING,
                                            DX_GLYPH_LIMITED, DX_GLYPH_LOST, DX_GLYPH_LIVE };

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        const char *ascii = glyph_sets[GLYPHS_ASCII].glyph[states[i]];
        const char *full = glyph_sets[GLYPHS_BRAILLE].glyph[states[i]];
        char32_t one;

        (void)utf8_next(full, strlen(full), &one);
        if (cp == one || (cp == (char32_t)*ascii && !isalpha((int)cp)) || cp == U'X')
            return true;
    }
    return false;
}

static bool is_loud(char role)
{
    return role == ROLE_WARN || role == ROLE_BAD;
}

/* What stands in [from, to) of a row, between two edges of panels. */
static bool says_it(const struct dumped *s, int row, int from, int to)
{
    bool number = false, glyph = false, word = false;
    int letters = 0;

    for (int col = from; col < to; col++) {
        char32_t cp = s->text[row][col];
        bool loud = is_loud(s->role[row][col]);

        letters = loud && cp < 0x80 && isalpha((int)cp) ? letters + 1 : 0;
        word = word || letters >= WORD_LETTERS;
        number = number || (loud && cp < 0x80 && isdigit((int)cp));
        glyph = glyph || is_glyph(cp);
    }
    return !number || glyph || word;
}

static void judge(const struct dumped *s, const char *name)
{
    for (int row = 0; row < s->rows; row++) {
        for (int from = 0, col = 0; col <= s->cols[row]; col++) {
            if (col < s->cols[row] && !is_edge(s->text[row][col]))
                continue;
            cr_expect(says_it(s, row, from, col), "%s: row %d, columns %d to %d", name, row + 1,
                      from + 1, col);
            from = col + 1;
        }
    }
}

/* A number without a glyph is seen as one. */
Test(state, the_judge_sees_what_is_colour_alone)
{
    static const struct {
        const char *text, *role;
        bool ok;
    } rows[] = {
        { "11m40s", "jjjjjj", false },
        { "x 11m40s", "aajjjjjj", false },
        { "! 11m40s", "iajjjjjj", true },
        { "11m40s over", "jjajjaajjjj", true },
        { "11m40s over", "jjajjaaaaaa", false },
        { "11m40s", "aaaaaa", true },
        { "✗ 3", "aaj", true },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct dumped s = { .rows = 1 };

        s.cols[0] = read_text(rows[i].text, s.text[0]);
        snprintf(s.role[0], sizeof(s.role[0]), "%s", rows[i].role);
        cr_expect_eq(says_it(&s, 0, 0, s.cols[0]), rows[i].ok, "%s", rows[i].text);
    }
}

Test(state, is_glyph_or_word_on_every_golden_screen)
{
    static struct dumped screen;
    static const char dir_path[] = SRC_DIR "/tests/golden/screens";
    DIR *dir = opendir(dir_path);
    char path[800];
    int screens = 0;

    cr_assert(dir, "%s", dir_path);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
        if (entry->d_name[0] == '.' || !read_screen(&screen, path))
            continue;
        judge(&screen, entry->d_name);
        screens++;
    }
    closedir(dir);
    cr_expect_geq(screens, 300, "%d screens", screens);
}
