/* views: what is shown when the configuration names no views. */
#ifndef APP_VIEWS_H
#define APP_VIEWS_H

enum views_of {                  /* or-ed; samples and alerts there may always be */
                VIEWS_OF_CI = 1, /* runs and pools */
                VIEWS_OF_TICKETS = 2,
                VIEWS_OF_RUNBOOKS = 4,
                VIEWS_OF_KPIS = 8, /* some are fed; of CI and tickets there always are */
                VIEWS_OF_RULES = 16,
};

char *views_builtin(unsigned of); /* as a configuration; yours to free */

#endif
