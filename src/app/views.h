/* views: what is shown when the configuration names no views. */
#ifndef APP_VIEWS_H
#define APP_VIEWS_H

/* What the sources can tell of. */
enum views_of {
    VIEWS_METRICS, /* samples and alerts only */
    VIEWS_CI,      /* runs and pools, perhaps among others */
    VIEWS_CI_AND_TICKETS,
    VIEWS_TICKETS, /* tickets, perhaps with samples and alerts */
};

const char *views_builtin(enum views_of of); /* as a configuration */

#endif
