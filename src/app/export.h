/* export: `once`, `export`, `check` and `schema`: the modes that print and end. */
#ifndef APP_EXPORT_H
#define APP_EXPORT_H

#include "app/app.h"

extern const char *const export_kinds[];   /* "samples", "alerts" ...; ends at NULL */
extern const char *const export_formats[]; /* "jsonl", "csv" */
extern const char *const once_formats[];   /* "json", "text" */

enum { EXPORT_WINDOWS = 4 };
extern const int64_t export_windows[EXPORT_WINDOWS]; /* ms: 1 h, 24 h, 7 d, 30 d */

int once_run(struct app *app);
int export_run(struct app *app);
int check_run(struct app *app);
int schema_run(struct app *app);

#endif
