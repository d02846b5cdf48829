#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/buf.h"
#include "insight/cause.h"
#include "patterns.h"

/* ---- the shipped file ---- */

/* Rule id's sample; false: there is no such rule. */
static bool sample_of(const char *text, int id, char *sample, size_t cap)
{
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        const char *field = line;

        if (atoi(line) != id)
            continue;
        for (int i = 0; i < 4; i++)
            field = strchr(field, '\t') + 1;
        (void)snprintf(sample, cap, "%.*s", (int)strcspn(field, "\t\n"), field);
        return true;
    }
    return false;
}

static size_t rules_of(const char *text)
{
    size_t count = 0;

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        count += atoi(line) > 0;
    return count;
}

/* What each sample alone is taken for: "runner" by the platform ... */
static const struct {
    int id;
    enum dx_cause cause;
    bool ambiguous;
    int also[2]; /* other rules that hit it; 0: none */
} samples[] = {
    { 1, DX_CAUSE_PLATFORM, false, { 0 } },    { 2, DX_CAUSE_PLATFORM, false, { 0 } },
    { 3, DX_CAUSE_PLATFORM, false, { 0 } },    { 4, DX_CAUSE_PLATFORM, false, { 0 } },
    { 5, DX_CAUSE_PLATFORM, false, { 0 } },    { 6, DX_CAUSE_PLATFORM, false, { 0 } },
    { 7, DX_CAUSE_PLATFORM, false, { 6 } },    { 8, DX_CAUSE_PLATFORM, false, { 6 } },
    { 9, DX_CAUSE_PLATFORM, false, { 0 } },    { 10, DX_CAUSE_PLATFORM, false, { 0 } },
    { 11, DX_CAUSE_PLATFORM, false, { 0 } },   { 12, DX_CAUSE_PLATFORM, false, { 0 } },
    { 13, DX_CAUSE_PLATFORM, false, { 0 } },   { 14, DX_CAUSE_PLATFORM, false, { 0 } },
    { 15, DX_CAUSE_PLATFORM, false, { 0 } },   { 16, DX_CAUSE_PLATFORM, false, { 0 } },
    { 17, DX_CAUSE_UNKNOWN, true, { 0 } },     { 18, DX_CAUSE_PLATFORM, false, { 0 } },
    { 19, DX_CAUSE_PLATFORM, false, { 0 } },   { 20, DX_CAUSE_PLATFORM, false, { 0 } },
    { 21, DX_CAUSE_PLATFORM, false, { 0 } },   { 22, DX_CAUSE_PLATFORM, false, { 0 } },
    { 23, DX_CAUSE_UNKNOWN, true, { 0 } },     { 24, DX_CAUSE_PLATFORM, false, { 0 } },
    { 25, DX_CAUSE_UNKNOWN, true, { 0 } },     { 26, DX_CAUSE_PLATFORM, false, { 0 } },
    { 27, DX_CAUSE_PLATFORM, false, { 0 } },   { 28, DX_CAUSE_PLATFORM, false, { 0 } },
    { 29, DX_CAUSE_PLATFORM, false, { 0 } },   { 30, DX_CAUSE_PLATFORM, false, { 0 } },
    { 31, DX_CAUSE_PLATFORM, false, { 0 } },   { 32, DX_CAUSE_UNKNOWN, true, { 0 } },
    { 33, DX_CAUSE_PLATFORM, false, { 0 } },   { 34, DX_CAUSE_PLATFORM, false, { 27 } },
    { 35, DX_CAUSE_PLATFORM, false, { 0 } },   { 36, DX_CAUSE_PLATFORM, false, { 0 } },
    { 37, DX_CAUSE_PLATFORM, false, { 0 } },   { 38, DX_CAUSE_UNKNOWN, true, { 0 } },
    { 39, DX_CAUSE_PLATFORM, false, { 0 } },   { 40, DX_CAUSE_UNKNOWN, true, { 0 } },
    { 41, DX_CAUSE_UNKNOWN, true, { 0 } },     { 42, DX_CAUSE_CODE, false, { 0 } },
    { 43, DX_CAUSE_UNKNOWN, true, { 0 } },     { 44, DX_CAUSE_UNKNOWN, true, { 0 } },
    { 45, DX_CAUSE_PLATFORM, false, { 0 } },   { 46, DX_CAUSE_PLATFORM, false, { 0 } },
    { 47, DX_CAUSE_PLATFORM, false, { 0 } },   { 48, DX_CAUSE_CONFIG, false, { 0 } },
    { 49, DX_CAUSE_CONFIG, false, { 0 } },     { 50, DX_CAUSE_CONFIG, false, { 0 } },
    { 51, DX_CAUSE_DEPENDENCY, false, { 0 } }, { 52, DX_CAUSE_DEPENDENCY, false, { 0 } },
    { 53, DX_CAUSE_UNKNOWN, true, { 0 } },     { 54, DX_CAUSE_DEPENDENCY, false, { 0 } },
    { 55, DX_CAUSE_UNKNOWN, true, { 0 } },     { 56, DX_CAUSE_CODE, false, { 0 } },
    { 57, DX_CAUSE_CODE, false, { 0 } },       { 58, DX_CAUSE_CODE, false, { 0 } },
    { 59, DX_CAUSE_TEST, false, { 0 } },       { 60, DX_CAUSE_TEST, false, { 0 } },
    { 61, DX_CAUSE_LINT, false, { 0 } },       { 62, DX_CAUSE_PLATFORM, false, { 0 } },
    { 63, DX_CAUSE_UNKNOWN, false, { 0 } },    { 64, DX_CAUSE_UNKNOWN, false, { 0 } },
};

static bool is_among(const struct verdict *verdict, int id)
{
    for (size_t i = 0; i < verdict->count; i++)
        if (verdict->top[i].rule == id)
            return true;
    return false;
}

Test(catalogue, all_64_samples_are_hit_by_their_rules_and_no_others)
{
    struct catalogue *catalogue = patterns_catalogue();
    char *text = patterns_text(), sample[400];

    cr_expect_eq(rules_of(text), sizeof(samples) / sizeof(samples[0]));
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        struct verdict v;
        int id = samples[i].id;
        size_t hits = 1 + (samples[i].also[0] != 0);

        cr_assert(sample_of(text, id, sample, sizeof(sample)), "rule %d", id);
        (void)cause_of_text(catalogue, sample, strlen(sample), &v);
        cr_expect(is_among(&v, id) && v.count == hits, "rule %d: %zu hits, %s", id, v.count,
                  v.evidence);
        cr_expect(hits == 1 || is_among(&v, samples[i].also[0]), "rule %d", id);
        cr_expect(v.cause == samples[i].cause && v.ambiguous == samples[i].ambiguous,
                  "rule %d: cause %d, %s", id, (int)v.cause, v.evidence);
        cr_expect_eq(v.given_up, 0);
    }
    free(text);
    catalogue_free(catalogue);
}

/* ---- reading ---- */

static const struct {
    const char *name, *text, *complaints;
    bool is_hit; /* foo, or a: a rule was taken */
} files[] = {
    { "nothing", "", "", false },
    { "comments, empty lines, a heading", "# hello\n\nid\tcategory\tclass\n", "", false },
    { "a rule", "1\tmine\tP\tfoo\tA foo\n", "", true },
    { "no line end behind the last", "1\tmine\tP\tfoo\tA foo", "", true },
    { "line ends and the mark of Windows", "\xEF\xBB\xBF# x\r\n1\tmine\tP\tfoo$\tA foo\r\n", "",
      true },
    { "all fields", "1\tmine\tP\tfoo\tA foo\tus\t9\tA:not found\n", "", true },
    { "no number", "one\tmine\tP\tfoo\tA foo\n",
      "f.tsv:1: a rule begins with its id, a number from 1, not \"one\"\n", false },
    { "blanks for tabs", "1 mine P foo foo\n",
      "f.tsv:1: a rule begins with its id, a number from 1, not \"1 mine P foo foo\"\n", false },
    { "id 0", "0\tmine\tP\tfoo\tA foo\n",
      "f.tsv:1: a rule begins with its id, a number from 1, not \"0\"\n", false },
    { "twice", "1\tmine\tP\tfoo\tfoo\n\n1\tmine\tP\tbar\tbar\n",
      "f.tsv:3: rule 1 is in this file twice\n", true },
    { "a category", "1\tMy own\tP\tfoo\tfoo\n",
      "f.tsv:1: the category is a word of a-z, 0-9, _ and -, at most 30 letters, not \"My own\"\n",
      false },
    { "a class", "1\tmine\tX\tfoo\tfoo\n", "f.tsv:1: the class is P, C, A, U or -, not \"X\"\n",
      false },
    { "no pattern", "1\tmine\tP\n", "f.tsv:1: the pattern is missing\n", false },
    { "no sample", "1\tmine\tP\tfoo\n",
      "f.tsv:1: the sample is missing: a line that the pattern matches\n", false },
    { "a wrong sample", "1\tmine\tP\tfoo\tbar\n",
      "f.tsv:1: the pattern does not match its sample\n", false },
    { "a bad pattern", "1\tmine\tP\tfoo(bar\tfoobar\n",
      "f.tsv:1: the pattern cannot be read at its character 8: missing closing parenthesis\n",
      false },
    { "a bad turn", "1\tmine\tP\tfoo\tfoo\t\t\tX:bar\n",
      "f.tsv:1: the turn is like \"A:not found\", of class P, C, A or U\n", false },
    { "a bad pattern of a turn", "1\tmine\tP\tfoo\tfoo\t\t\tA:[\n",
      "f.tsv:1: the pattern of the turn cannot be read at its character 2: missing terminating ] "
      "for character class\n",
      false },
    { "a weight", "1\tmine\tP\tfoo\tfoo\t\t10\n",
      "f.tsv:1: the weight is a number from 0 to 9, not \"10\"\n", false },
    { "nothing to switch off", "1\t\t-\n", "f.tsv:1: there is no rule 1 to switch off\n", false },
    { "an escape sequence is not passed on", "1\tmine\t\x1b[31m\tfoo\tfoo\n",
      "f.tsv:1: the class is P, C, A, U or -, not \"\xEF\xBF\xBD[31m\"\n", false },
    { "bytes that are no text", "1\tmine\tP\tfoo\xFF\tfoo\n",
      "f.tsv:1: the pattern cannot be read at its character 4: UTF-8 error: illegal byte (0xfe or "
      "0xff)\n",
      false },
    { "the good ones stay", "x\n1\tmine\tP\tfoo\tfoo\ny\n",
      "f.tsv:1: a rule begins with its id, a number from 1, not \"x\"\n"
      "f.tsv:3: a rule begins with its id, a number from 1, not \"y\"\n",
      true },
    { "a pattern that explodes",
      "1\tmine\tP\t(a+)+$\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n",
      "f.tsv:1: the pattern takes too many steps on its sample\n", false },
};

Test(catalogue, each_mistake_is_told_with_its_line)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct catalogue *catalogue = catalogue_new();
        struct buf complaints;
        struct verdict v;
        bool ok;

        buf_init(&complaints, 1 << 16);
        ok = catalogue_add(catalogue, "f.tsv", files[i].text, &complaints);
        cr_expect_str_eq(complaints.bytes ? complaints.bytes : "", files[i].complaints, "%s: %s",
                         files[i].name, complaints.bytes ? complaints.bytes : "");
        cr_expect_eq(ok, !*files[i].complaints, "%s", files[i].name);
        cr_expect_eq(cause_of_text(catalogue, "foo\na", 5, &v), files[i].is_hit, "%s",
                     files[i].name);
        buf_done(&complaints);
        catalogue_free(catalogue);
    }
}

static void take(struct catalogue *catalogue, const char *text)
{
    struct buf complaints;

    buf_init(&complaints, 1 << 16);
    cr_expect(catalogue_add(catalogue, "own.tsv", text, &complaints), "%s", complaints.bytes);
    buf_done(&complaints);
}

Test(catalogue, the_users_rules_add_replace_and_switch_off)
{
    struct catalogue *catalogue = patterns_catalogue();
    const char *full = "write /tmp/x: no space left on device", *own = "OUR-42 the lab is down";
    struct verdict v;

    cr_expect(cause_of_text(catalogue, full, strlen(full), &v) && v.ambiguous);
    cr_expect(!cause_of_text(catalogue, own, strlen(own), &v));
    take(catalogue, "38\tdisk\tP\tNo space left on device\tNo space left on device\n"
                    "1001\tlab\tP\tOUR-[0-9]+\tOUR-1\n");
    cr_expect(cause_of_text(catalogue, full, strlen(full), &v) && v.cause == DX_CAUSE_PLATFORM);
    cr_expect(cause_of_text(catalogue, own, strlen(own), &v));
    cr_expect_str_eq(v.evidence, "lab: OUR-42 the lab is down (rule 1001)");
    take(catalogue, "38\t\t-\n");
    cr_expect(!cause_of_text(catalogue, full, strlen(full), &v) && v.cause == DX_CAUSE_UNKNOWN);
    catalogue_free(catalogue);
}

Test(catalogue, a_rule_that_explodes_is_given_up_and_the_others_go_on)
{
    struct catalogue *catalogue = patterns_catalogue();
    enum { LINE = 1999, LINES = 400 };
    char *text = malloc((LINE + 1) * LINES + 100);
    struct verdict v;

    take(catalogue, "1001\tmine\tP\t(a+)+$\taaa\n"
                    "1002\tmine\tP\t(.*)*(.*)*x\\1y\txy\n");
    memset(text, 'a', (LINE + 1) * LINES);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + i * (LINE + 1) + LINE - 1, "b\n", 2);
    (void)snprintf(text + (LINE + 1) * LINES, 100, "Cannot connect to the Docker daemon\naaa");
    cr_expect(cause_of_text(catalogue, text, strlen(text), &v));
    cr_expect_eq(v.top[0].rule, 10);
    cr_expect(!is_among(&v, 1001), "it would have hit the last line");
    cr_expect(v.given_up >= 1, "%zu", v.given_up);
    free(text);
    catalogue_free(catalogue);
}
