/* common_args: the command line, by tables; and the part of it that dxtop and
 * dxtop-collect share: which configuration, which clock, which log. */
#ifndef CONFIG_COMMON_ARGS_H
#define CONFIG_COMMON_ARGS_H

#include "config/config.h"
#include "core/arg.h"
#include "core/time.h"

struct common_args { /* every text is "" unless given */
    const char *config, *prometheus, *alertmanager, *github, *state, *clock, *now, *log, *log_level;
    int rest; /* index of the first operand */
};

extern const struct arg common_args[];

/* Set the fields that two tables know (own may be NULL) from argv. Operands may stand anywhere
 * before "--". false: *err has the sentence. */
bool args_parse(int argc, char **argv, struct common_args *common, const struct arg *own,
                void *settings, struct dx_error *err);
void args_print_help(struct buf *out, const struct arg *args);
void args_print_mdoc(struct buf *out, const struct arg *args);

/* The configuration of -c, of the ad-hoc URLs, or the one that config_find()
 * finds. Complaints are lines, as those of config_load(). */
bool common_args_load(const struct common_args *args, struct config *config,
                      const struct config_kinds *sources, const struct config_kinds *panels,
                      struct buf *complaints);
/* Start the clock and the log. */
bool common_args_start(const struct common_args *args, struct clock *clock, struct dx_error *err);
/* Path of the store, yours to free. */
char *common_args_store(const struct common_args *args, const struct config *config, int schema);
/* Append what was given to an argv that grows, so that the other program gets it too. */
void common_args_pass(const struct common_args *args, char ***argv, size_t *count);

#endif
