/* picture: a screen without a terminal: as text, ANSI, SVG or HTML. */
#ifndef APP_PICTURE_H
#define APP_PICTURE_H

#include "app/viewer.h"
#include "core/buf.h"

enum picture_format { PICTURE_TEXT, PICTURE_ANSI, PICTURE_SVG, PICTURE_HTML, PICTURE_ROLES };
extern const char *const picture_formats[]; /* "text", "ansi" ...; ends at NULL */

bool picture_write(struct buf *out, const struct grid *grid, const struct theme *theme,
                   enum picture_format format);
enum picture_format picture_format(const char *name); /* of picture_formats */
/* The screen in a file that is not there yet; file "": dxtop-<time>.svg and the like in
 * the current directory. path gets the name. */
bool picture_save(struct viewer *v, enum picture_format format, const char *file, char *path,
                  size_t cap, struct dx_error *err);
/* `dxtop screen`: a view from the store, drawn at --size, to stdout. */
int picture_run(struct app *app);

#endif
