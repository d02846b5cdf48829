/* paths: where the program's own files are. */
#ifndef APP_PATHS_H
#define APP_PATHS_H

#include <stdbool.h>

#include "core/error.h"

struct paths {
    char *collector, *sim; /* programs */
    char *themes;          /* directory of the shipped themes */
    char *panels[4];       /* directories of modules, ends at NULL */
};

/* From DXTOP_BIN, DXTOP_THEMES and DXTOP_PANELS where they are set (as in a
 * build tree), else where `make install` put them. */
void paths_find(struct paths *paths);
void paths_done(struct paths *paths);

/* $XDG_<name>_HOME, else $HOME/<fallback>; "/tmp" where there is no home. Yours to free. */
char *paths_xdg(const char *variable, const char *fallback);
/* The directories that the file is in, 0700 where they are missing. */
bool paths_make_dirs(const char *path, struct dx_error *err);

#endif
