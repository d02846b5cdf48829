/* arguments: the command line of dxtop. */
#ifndef APP_ARGUMENTS_H
#define APP_ARGUMENTS_H

#include <dxtop/record.h>

#include "config/common_args.h"
#include "core/buf.h"

enum mode {
    MODE_VIEW,
    MODE_ONCE,
    MODE_EXPORT,
    MODE_CHECK,
    MODE_SCREEN,
    MODE_DEMO,
    MODE_SCHEMA,
    MODE_REPORT,
    MODE_INIT
};

struct arguments {
    struct common_args common; /* what dxtop-collect understands too */
    enum mode mode;
    const char *theme, *color, *view; /* "" unless given */
    bool ascii, wall, plain, poll, offline, redact, week;
    int64_t slow;     /* bytes a second to the terminal; 0: as many as it takes */
    const char *wait; /* as given: "60s" */
    int64_t since_ms;
    bool since_given;
    int kind;           /* of export */
    int format;         /* index in the formats of the mode */
    int rows, cols;     /* of `screen` */
    const char *seed;   /* of the demo's company; "" unless given */
    const char *output; /* the file that is written; "": stdout */
};

/* false: print err->text and end with EXIT_USAGE. *done: --help or --version
 * was printed; end with EXIT_OK. */
bool arguments_parse(struct arguments *args, int argc, char **argv, bool *done,
                     struct dx_error *err);

#endif
