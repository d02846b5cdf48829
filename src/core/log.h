/* log: lines to the file of --log; nothing is ever printed over the screen. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <dxtop/record.h>

bool log_open(const char *path, enum dx_log_level level, struct dx_error *err);
bool log_level_parse(enum dx_log_level *level, const char *name);
/* Cleaned, stamped with the machine's time and the program, one write each; dropped while no
 * log is open or the level is below the wanted one. Secrets never reach it:
 * callers log names, never values. */
void log_line(enum dx_log_level level, const char *fmt, ...) DX_PRINTF(2, 3);
bool log_is_terminal(void);
void log_close(void);

#endif
