/* nosource: the option source of a panel may name none that there is. */
#include "nosource.h"

#include <stdio.h>
#include <string.h>

bool no_source(char *out, size_t cap, const struct dx_view *view, const char *source)
{
    struct dx_rows *rows;
    char names[120] = "";
    size_t len = 0, count = 0;
    bool found = false, cut = false;

    if (!source || !*source) /* a panel that has no options, as the log that L opens */
        return false;
    rows = dx_rows(view, DX_QUERY_SOURCES, NULL);
    for (; dx_next(rows); count++) { /* to the end: rows that stay open are asked for anew */
        const char *name = dx_text(rows, DX_FIELD_SOURCE);

        found = found || strcmp(name, source) == 0;
        cut = cut || len + strlen(name) + 3 > sizeof(names);
        if (!cut)
            len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", count > 0 ? ", " : "",
                                    name);
    }
    (void)snprintf(out, cap, "There is no source \"%.60s\"; there %s %s%s.", source,
                   count == 1 ? "is" : "are", names, cut ? " and others" : "");
    return count > 0 && !found;
}
