/* whole: is a module's file all there? */
#ifndef PANEL_WHOLE_H
#define PANEL_WHOLE_H

#include <stdbool.h>

/* false: what its own head says lies behind its end, as after a full disk or half a copy. The
 * linker would map it all the same, and whoever touches that part ends with SIGBUS. What is no
 * ELF file is whole: the linker says so in words. */
bool module_is_whole(const char *path);

#endif
