/* arguments: the command line of dxtop-collect. */
#ifndef COLLECT_ARGUMENTS_H
#define COLLECT_ARGUMENTS_H

#include "config/common_args.h"

struct collect_arguments {
    struct common_args common;
    const char *wait; /* "" unless given */
    const char *at;   /* likewise */
    int64_t wait_ms;
    bool once, check, json, until_stdin, judge, schema, help, version, options;
    const char *shell; /* "": print no completion */
};

bool collect_arguments_parse(struct collect_arguments *args, int argc, char **argv,
                             struct dx_error *err);
void collect_arguments_help(struct buf *out);
/* The option tables of all sources and of the command line, as the manuals have them. */
void collect_arguments_mdoc(struct buf *out);
void collect_arguments_schema(struct buf *out);
void collect_arguments_completion(const char *shell); /* on stdout */

#endif
