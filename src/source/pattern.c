/* pattern: names that the user picked by shell patterns. */
#include "config.h"

#include "source/pattern.h"

#include <fnmatch.h>

bool pattern_fits(const struct dx_items *patterns, const char *text, enum pattern_case letters)
{
    const char *const *pattern = patterns->item;
    int flags = letters == PATTERN_ANY_CASE ? FNM_CASEFOLD : 0;

    for (size_t i = 0; i < patterns->count; i++)
        if (fnmatch(pattern[i], text, flags) == 0)
            return true;
    return false;
}
