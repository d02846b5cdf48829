/* shells: what a shell needs to complete the command line, made of the tables
 * that parse it. */
#ifndef CORE_SHELLS_H
#define CORE_SHELLS_H

#include <dxtop/record.h>

#include "core/arg.h"

struct mode_row {
    const char *name;
    int mode;                   /* what its program calls it */
    const char *const *formats; /* NULL: none; the first is the default */
    const char *help;
};

/* The words that an option's value can begin with, blanks between them. */
struct shell_value {
    const char *option, *words;
};

struct shell_words {
    const char *program;
    const struct arg *tables[2];     /* of options; end at name == NULL; the second may be NULL */
    const struct mode_row *commands; /* ends at name == NULL; NULL: it takes no operand */
    const char *const *kinds;        /* what `export` exports */
    struct shell_value value;        /* besides those that all programs have, may be given several
                                      * times; or empty */
};

/* "bash", "zsh", "fish"; ends at NULL */
extern const char *const shells[];
/* The one that is asked for by this name; false: *err says which there are. */
bool shells_known(const char *name, struct dx_error *err);
/* On stdout. shell: one of them. */
void shells_print(const char *shell, const struct shell_words *what);

#endif
