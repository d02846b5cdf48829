/* pattern: names that the user picked by shell patterns, such as release-?.x. */
#ifndef SOURCE_PATTERN_H
#define SOURCE_PATTERN_H

#include <stdbool.h>

#include <dxtop/panel.h>

enum pattern_case { PATTERN_EXACT, PATTERN_ANY_CASE /* for servers that take names in any case */ };

/* Does one of the patterns (of const char *) fit the whole text? `*` stands for a slash
 * too, and no pattern fits nothing. A backslash takes the next character as it is. */
bool pattern_fits(const struct dx_items *patterns, const char *text, enum pattern_case letters);

#endif
