/* environment: what we were given in it. */
#ifndef CORE_ENVIRONMENT_H
#define CORE_ENVIRONMENT_H

/* Of what the kernel put there, tokens among it, nothing is in a core dump of ours. */
void environment_hide(void);

#endif
