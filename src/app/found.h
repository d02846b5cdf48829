/* found: what the panels of a page find wrong, for the lines of --plain. */
#ifndef APP_FOUND_H
#define APP_FOUND_H

#include "app/page.h"
#include "app/watch.h"

/* Into `found` what they find, each for itself: of two that find the same, word by word, that
 * is one. Into `watch` which of them fail, or find more than they keep. false: there is more
 * than was seen, so what was not seen may not be over. */
bool found_see(const struct page *page, struct watch *watch, struct watch *found);
/* Of this none of them tells any more, for what it was made of is stale: it stays as it was. */
void found_keep(const struct page *page, struct watch *found, const char *subject);

#endif
