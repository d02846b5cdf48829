/* shared: shared objects that tests compile: panels, and code that programs are started with. */
#ifndef TESTS_SHARED_H
#define TESTS_SHARED_H

#include <stddef.h>

/* By $CC, or cc, with the headers that panels include. */
void shared_compile(const char *flags, const char *source, const char *object);
/* Programs that are started from now on call this code before that of libraries; dir is the
 * test's own. */
void shared_preload(const char *dir, const char *code);
/* A file in dir of so many bytes, which such code finds by this variable, and its bytes. */
void *shared_bytes(const char *dir, const char *variable, size_t size);

#endif
