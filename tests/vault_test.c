/* Where secrets are kept. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "net/vault.h"

TestSuite(vault, .timeout = 60);

Test(vault, its_pages_are_not_dumped)
{
    char *secret = vault_new(100), line[512];
    unsigned long from, to;
    bool ours = false, checked = false;
    FILE *maps = fopen("/proc/self/smaps", "r");

    cr_assert(maps);
    for (size_t i = 0; i < 100; i++)
        cr_expect_eq(secret[i], 0);
    memset(secret, 's', 100);
    while (fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            ours = (unsigned long)secret >= from && (unsigned long)secret < to;
        if (ours && strncmp(line, "VmFlags:", 8) == 0) {
            cr_expect(strstr(line, " dd"), "%s", line);
            checked = true;
        }
    }
    fclose(maps);
    cr_expect(checked);
    vault_free(secret);
    vault_free(NULL);
}

Test(vault, pages_that_come_again_are_wiped)
{
    char *secrets[20], *large = vault_new(10000), *again;

    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < 20; i++) {
            secrets[i] = vault_new(4000);
            for (size_t n = 0; n < 4000; n++)
                cr_assert_eq(secrets[i][n], 0);
            memset(secrets[i], 's', 4000);
        }
        for (size_t i = 0; i < 20; i++)
            vault_free(secrets[i]);
    }
    again = vault_new(10);
    cr_expect_eq(again, secrets[7], "the last of those that were kept");
    vault_free(again);
    memset(large, 's', 10000);
    vault_free(large);
}
