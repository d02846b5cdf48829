/* shells: what a shell needs to complete the command line, made of the tables
 * that parse it. */
#ifndef APP_SHELLS_H
#define APP_SHELLS_H

#include "config/common_args.h"
#include "core/buf.h"

struct mode_row {
    const char *name;
    int mode;                   /* enum mode */
    const char *const *formats; /* NULL: none; the first is the default */
    const char *help;
};

struct shell_words {
    const struct arg *tables[2];     /* of options; end at name == NULL */
    const struct mode_row *commands; /* ends at name == NULL */
    const char *const *kinds;        /* what `export` exports */
};

/* "bash", "zsh", "fish"; ends at NULL */
extern const char *const shells[];
/* shell: one of them. */
void shells_print(struct buf *out, const char *shell, const struct shell_words *what);

#endif
