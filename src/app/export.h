/* export: `once`, `export`, `check` and `schema`: the modes that print and end. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H

#include "app/app.h"

extern const char *const export_kinds[];   /* "samples", "alerts" ...; ends at NULL */
extern const char *const export_formats[]; /* "jsonl", "csv" */
extern const char *const once_formats[];   /* "json", "text" */

int once_run(struct app *app);
int export_run(struct app *app);
int check_run(struct app *app);
int schema_run(struct app *app);

#endif
