/* Aliases: the published values of SipHash-2-4, and what they look like. */
#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "core/alias.h"

static struct alias_key counting(void)
{
    struct alias_key key;

    for (int i = 0; i < 16; i++)
        key.bytes[i] = (unsigned char)i;
    return key;
}

/* https://github.com/veorq/SipHash, vectors.h: the input is 00 01 02 ... */
Test(alias, hashes_as_published)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } of[] = { { 0, UINT64_C(0x726fdb47dd0e0e31) },
               { 1, UINT64_C(0x74f839c593dc67fd) },
               { 7, UINT64_C(0xab0200f58b01d137) },
               { 8, UINT64_C(0x93f5f5799a932462) },
               { 15, UINT64_C(0xa129ca6149be45e5) } };
    const struct alias_key key = counting();
    unsigned char in[16];

    for (int i = 0; i < 16; i++)
        in[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        cr_expect_eq(alias_hash(&key, in, of[i].len), of[i].hash, "%zu bytes", of[i].len);
}

Test(alias, is_the_same_for_the_same_name_and_key_alone)
{
    struct alias_key key = counting(), other = counting();
    char a[ALIAS_TEXT], b[ALIAS_TEXT];

    other.bytes[3] ^= 1;
    cr_expect_str_eq(alias_of(a, &key, "person", "Ada"), alias_of(b, &key, "person", "Ada"));
    cr_expect(strncmp(a, "person-", 7) == 0 && strlen(a) == 12, "%s", a);
    cr_expect_str_neq(a, alias_of(b, &key, "person", "Adb"));
    cr_expect_str_neq(a, alias_of(b, &other, "person", "Ada"));
    cr_expect_str_neq(a + 7, alias_of(b, &key, "branch", "Ada") + 7, "a branch of that name");
    cr_expect_str_eq(alias_of(a, &key, "person", ""), "");
}
