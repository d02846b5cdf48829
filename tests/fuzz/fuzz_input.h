/* fuzz_input: an input, taken byte by byte; past its end all bytes are 0. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

static inline unsigned fuzz_byte(struct fuzz_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

/* The next bytes, at most so many; *len of them are there. */
static inline const char *fuzz_bytes(struct fuzz_input *in, size_t most, size_t *len)
{
    const char *bytes = (const char *)in->at;

    *len = most < in->left ? most : in->left;
    in->at += *len;
    in->left -= *len;
    return bytes;
}

static inline uint64_t fuzz_number(struct fuzz_input *in, int bytes)
{
    uint64_t n = 0;

    for (int i = 0; i < bytes; i++)
        n = n << 8 | fuzz_byte(in);
    return n;
}

#endif
