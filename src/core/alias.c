/* alias: a short word in place of a name. */
#include "config.h"

#include "core/alias.h"

#include <stdio.h>
#include <string.h>

/* https://www.aumasson.jp/siphash/siphash.pdf */
struct sip {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static uint64_t word_of(const unsigned char *bytes, size_t len)
{
    uint64_t word = 0;

    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static void rounds(struct sip *s, int count)
{
    for (int i = 0; i < count; i++) {
        s->v0 += s->v1;
        s->v1 = rotate(s->v1, 13) ^ s->v0;
        s->v0 = rotate(s->v0, 32);
        s->v2 += s->v3;
        s->v3 = rotate(s->v3, 16) ^ s->v2;
        s->v0 += s->v3;
        s->v3 = rotate(s->v3, 21) ^ s->v0;
        s->v2 += s->v1;
        s->v1 = rotate(s->v1, 17) ^ s->v2;
        s->v2 = rotate(s->v2, 32);
    }
}

static void take(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    rounds(s, 2);
    s->v0 ^= word;
}

uint64_t alias_hash(const struct alias_key *key, const void *bytes, size_t len)
{
    const unsigned char *in = bytes;
    uint64_t k0 = word_of(key->bytes, 8), k1 = word_of(key->bytes + 8, 8);
    struct sip s = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                     k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };
    size_t at = 0;

    for (; at + 8 <= len; at += 8)
        take(&s, word_of(in + at, 8));
    take(&s, word_of(in + at, len - at) | (uint64_t)len << 56);
    s.v2 ^= 0xFF;
    rounds(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

const char *alias_of(char out[ALIAS_TEXT], const struct alias_key *key, const char *kind,
                     const char *name)
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz"; /* none looks like another */
    char text[600];
    uint64_t hash;
    int len;

    out[0] = '\0';
    if (!*name)
        return out;
    len = snprintf(text, sizeof(text), "%s:%s", kind, name);
    hash = alias_hash(key, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
    (void)snprintf(out, ALIAS_TEXT, "%.20s-%c%c%c%c%c", kind, digits[hash & 31],
                   digits[hash >> 5 & 31], digits[hash >> 10 & 31], digits[hash >> 15 & 31],
                   digits[hash >> 20 & 31]);
    return out;
}
