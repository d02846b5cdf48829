/* glyphs: what stands for what, in three sets: braille, block, ASCII. */
#ifndef UI_GLYPHS_H
#define UI_GLYPHS_H

#include <dxtop/panel.h>

enum glyph_set { GLYPHS_BRAILLE, GLYPHS_BLOCK, GLYPHS_ASCII, GLYPHS_COUNT };

struct glyphs {
    enum glyph_set set;
    const char *glyph[DX_GLYPH_COUNT];
    const char *spark[8], *heat[8], *gap;
    const char *gauge_full, *gauge_rest, *goal_line;
    const char *strip_ok, *strip_code, *strip_unknown, *strip_platform, *strip_running;
    const char *edge_calm, *edge_loud; /* of tiles; the loud one marks the selected row too */
    const char *top_left, *top_right, *bottom_left, *bottom_right, *horizontal, *vertical;
    const char *up_down, *enter; /* keys, in hints */
    const char *changed;         /* before a row, since the last look */
};

extern const struct glyphs glyph_sets[GLYPHS_COUNT];

/* ascii when asked for or the locale is not UTF-8, block on the Linux console,
 * else braille; name "": by itself; "braille", "block", "ascii". */
const struct glyphs *glyphs_choose(const char *name, bool utf8, const char *term);

#endif
