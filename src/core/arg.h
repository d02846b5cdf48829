/* arg: an option of a command line, in the table that parses it, and that help, manuals and
 * completions are made of. */
#ifndef CORE_ARG_H
#define CORE_ARG_H

#include <stddef.h>

struct arg {           /* a table ends at name == NULL */
    const char *name;  /* "config": --config */
    char letter;       /* 'c': -c; 0 none */
    const char *value; /* "FILE"; NULL: a flag, its field is a bool, else a const char * */
    size_t offset;
    const char *help;
};

#endif
