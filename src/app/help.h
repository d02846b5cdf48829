/* help: the screen behind `?`: the focused panel first (what it shows, its
 * columns, its keys), then the keys of the program. */
#ifndef APP_HELP_H
#define APP_HELP_H

#include "app/viewer.h"

/* Draw it over the canvas, from line `top` on, or its end; returns how many lines there are. */
int help_draw(struct viewer *v, struct dx_canvas *canvas, int top);

#endif
