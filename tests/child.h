/* child: another process of a test, which says when it is ready. */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <sys/types.h>

/* Fork, run the body in the child with the end of a pipe, wait for its first byte; *fd is the other
 * end, yours to close. */
pid_t child_start(void (*body)(int fd), int *fd);
void child_kill(pid_t pid); /* at once, and waits for its end */

/* In the child. */
void child_ready(int fd); /* child_start() returns */
void child_stay(void);    /* until it is killed */

#endif
