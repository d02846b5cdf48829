/* alias: a short word in place of a name that is not to be shown. The same name gives the
 * same word for the same key, and nobody who has not the key can tell which name it was:
 * it is made with SipHash-2-4. */
#ifndef CORE_ALIAS_H
#define CORE_ALIAS_H

#include <stddef.h>
#include <stdint.h>

struct alias_key {
    unsigned char bytes[16];
};

uint64_t alias_hash(const struct alias_key *key, const void *bytes, size_t len);

enum { ALIAS_TEXT = 32 };
/* "person-3f2ak"; of "" it is "". kind is a part of it: a person and a branch of one name
 * are two words. Returns out. */
const char *alias_of(char out[ALIAS_TEXT], const struct alias_key *key, const char *kind,
                     const char *name);

#endif
