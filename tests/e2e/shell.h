/* shell: command lines of the programs under test. */
#ifndef TESTS_E2E_SHELL_H
#define TESTS_E2E_SHELL_H

#include <criterion/criterion.h>

/* Each begins with this, made with the arguments: "D='%s'; X=\"$B/dxtop -c %s\"; ". $B are the
 * programs. */
void sh_begin(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What it wrote to both its outputs; for the time of 64 more. */
const char *sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
extern int sh_code;              /* with which the last one ended */
const char *sh_keep(char *text); /* likewise; then it is freed */

#define HAS(text, words)     cr_expect(strstr(text, words), "no \"%s\" in:\n%s", words, text)
#define HAS_NOT(text, words) cr_expect_null(strstr(text, words), "\"%s\" in:\n%s", words, text)

#endif
