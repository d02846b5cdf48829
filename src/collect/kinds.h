/* kinds: the sources as the configuration asks for them. */
#ifndef COLLECT_KINDS_H
#define COLLECT_KINDS_H

#include "config/config.h"

struct config_kinds kinds_of_sources(void);

#endif
