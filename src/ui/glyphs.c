/* glyphs: what stands for what, in three sets. All are one column wide and none
 * is in the emoji set. */
#include "config.h"

#include "ui/glyphs.h"

#include <string.h>

#define STATES(edge)                                                                               \
    {                                                                                              \
        [DX_GLYPH_GOOD] = "✓", [DX_GLYPH_WARN] = "!", [DX_GLYPH_BAD] = "✗", [DX_GLYPH_NONE] = "–", \
        [DX_GLYPH_FEW] = "?", [DX_GLYPH_RUNNING] = "◌", [DX_GLYPH_LIVE] = "●",                     \
        [DX_GLYPH_LIMITED] = "◐", [DX_GLYPH_LOST] = "○", [DX_GLYPH_UP] = "▲",                      \
        [DX_GLYPH_DOWN] = "▼", [DX_GLYPH_SORTED] = "▾", [DX_GLYPH_ELLIPSIS] = "…",                 \
        [DX_GLYPH_PATH] = "›", [DX_GLYPH_AT_MOST] = "≤", [DX_GLYPH_AT_LEAST] = "≥",                \
        [DX_GLYPH_PLUS_MINUS] = "±", [DX_GLYPH_DOT] = "·", [DX_GLYPH_EDGE] = (edge),               \
        [DX_GLYPH_EDGE_LOUD] = "▌"                                                               \
    }

const struct glyphs glyph_sets[GLYPHS_COUNT] = {
    [GLYPHS_BRAILLE] = {
        .set = GLYPHS_BRAILLE,
        .glyph = STATES("▎"),
        .spark = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
        .heat = { "■", "■", "■", "■", "■", "■", "■", "■" },
        .gap = "·",
        .gauge_full = "━", .gauge_rest = "─", .goal_line = "┈",
        .strip_ok = "▁", .strip_code = "▄", .strip_unknown = "▆", .strip_platform = "█",
        .strip_running = "▂",
        .edge_calm = "▎", .edge_loud = "▌",
        .top_left = "╭", .top_right = "╮", .bottom_left = "╰", .bottom_right = "╯",
        .horizontal = "─", .vertical = "│",
        .up_down = "↑↓", .enter = "⏎", .changed = "•",
    },
    [GLYPHS_BLOCK] = {
        .set = GLYPHS_BLOCK,
        .glyph = STATES("│"),
        .spark = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" },
        .heat = { "■", "■", "■", "■", "■", "■", "■", "■" },
        .gap = "·",
        .gauge_full = "━", .gauge_rest = "─", .goal_line = "┈",
        .strip_ok = "▁", .strip_code = "▄", .strip_unknown = "▆", .strip_platform = "█",
        .strip_running = "▂",
        .edge_calm = "│", .edge_loud = "▌",
        .top_left = "┌", .top_right = "┐", .bottom_left = "└", .bottom_right = "┘",
        .horizontal = "─", .vertical = "│",
        .up_down = "↑↓", .enter = "⏎", .changed = "•",
    },
    [GLYPHS_ASCII] = {
        .set = GLYPHS_ASCII,
        .glyph = { [DX_GLYPH_GOOD] = ".", [DX_GLYPH_WARN] = "!", [DX_GLYPH_BAD] = "X",
                   [DX_GLYPH_NONE] = "-", [DX_GLYPH_FEW] = "?", [DX_GLYPH_RUNNING] = ">",
                   [DX_GLYPH_LIVE] = "*", [DX_GLYPH_LIMITED] = "o", [DX_GLYPH_LOST] = "x",
                   [DX_GLYPH_UP] = "^", [DX_GLYPH_DOWN] = "v", [DX_GLYPH_SORTED] = "v",
                   [DX_GLYPH_ELLIPSIS] = "~", [DX_GLYPH_PATH] = ">", [DX_GLYPH_AT_MOST] = "<",
                   [DX_GLYPH_AT_LEAST] = ">", [DX_GLYPH_PLUS_MINUS] = "+", [DX_GLYPH_DOT] = ".",
                   [DX_GLYPH_EDGE] = "|", [DX_GLYPH_EDGE_LOUD] = "#" },
        .spark = { "_", ".", "-", ":", "=", "+", "*", "#" },
        .heat = { ".", ":", "-", "=", "+", "*", "%", "#" },
        .gap = " ",
        .gauge_full = "=", .gauge_rest = "-", .goal_line = ".",
        .strip_ok = "_", .strip_code = ":", .strip_unknown = "?", .strip_platform = "#",
        .strip_running = ".",
        .edge_calm = "|", .edge_loud = "#",
        .top_left = "+", .top_right = "+", .bottom_left = "+", .bottom_right = "+",
        .horizontal = "-", .vertical = "|",
        .up_down = "jk", .enter = "ret", .changed = "+",
    },
};

const struct glyphs *glyphs_choose(const char *name, bool utf8, const char *term)
{
    if (strcmp(name, "ascii") == 0 || !utf8)
        return &glyph_sets[GLYPHS_ASCII];
    if (strcmp(name, "block") == 0)
        return &glyph_sets[GLYPHS_BLOCK];
    if (strcmp(name, "braille") == 0)
        return &glyph_sets[GLYPHS_BRAILLE];
    /* The Linux console's font has no braille. */
    return &glyph_sets[strncmp(term, "linux", 5) == 0 ? GLYPHS_BLOCK : GLYPHS_BRAILLE];
}
