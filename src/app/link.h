/* link: out of the terminal: a browser, the clipboard. */
#ifndef APP_LINK_H
#define APP_LINK_H

#include "app/viewer.h"

/* Start $BROWSER (or the first of a:b that works) with the URL; without one show the URL and copy
 * it. Only http and https. "" says that the row has none. */
void link_open(struct viewer *v, const char *url);
/* The terminal's clipboard, at most 4,000 bytes, unless the configuration forbids it. */
void link_copy(struct viewer *v, const char *text);

#endif
