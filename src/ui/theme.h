/* theme: what colour a meaning has. A theme file has one line a role:
 *   role  #rrggbb  256-index  16-index  [bold] [underline] [reverse]
 * dxtop-theme(5). */
#ifndef UI_THEME_H
#define UI_THEME_H

#include <dxtop/panel.h>

struct theme_colour {
    uint32_t rgb;              /* 0xRRGGBB */
    int16_t index256, index16; /* -1: the terminal's own foreground */
    bool bold, underline, reverse;
};

struct theme {
    char name[32];
    char kind[8]; /* "dark" or "light": the background that it is made for */
    bool paints;  /* paints a background of its own: `background` */
    uint32_t background;
    int16_t background256, background16;
    bool mono;
    struct theme_colour role[DX_ROLE_COUNT];
};

/* Text of a theme file; every complaint names line and what to write. */
bool theme_parse(struct theme *theme, const char *file, const char *text, size_t len,
                 struct dx_error *err);
/* A name (looked for in the user's themes, then in dir) or a path. */
bool theme_load(struct theme *theme, const char *dir, const char *name, struct dx_error *err);
const char *role_name(enum dx_role role); /* "border-focus" */

#endif
