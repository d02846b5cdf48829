/* confine: what the collector may still do to this machine once it talks to servers. */
#ifndef COLLECT_CONFINE_H
#define COLLECT_CONFINE_H

#include "config/config.h"

/* Whether something of the configuration is a program: a source, where a secret is from, or a
 * notice. */
bool confine_has_commands(const struct config *config);

/* From now on, for this thread and those that it starts: files are made, written and removed in
 * dir only, and no program is run (Landlock). What is open stays open. false: words says why
 * not, true: what is so. words is static. */
bool confine(const char *dir, const char **words);

#endif
