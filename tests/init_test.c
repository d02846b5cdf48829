/* What `dxtop init` writes of an answer. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "app/init.h"

TestSuite(init_source, .timeout = 20);

/* As a shell has its words; a quote that nobody closes, and a backslash before what needs none,
 * are letters. */
static const struct {
    const char *answer, *list;
} commands[] = {
    { "pass show ci/token", "[\"pass\", \"show\", \"ci/token\"]" },
    { "op read  \"op://team/My Item/token\" ", "[\"op\", \"read\", \"op://team/My Item/token\"]" },
    { "sh -c 'pass show x | head -1'", "[\"sh\", \"-c\", \"pass show x | head -1\"]" },
    { "get --name=\"a b\"c", "[\"get\", \"--name=a bc\"]" },
    { "get \"a \\\" b\" ''", "[\"get\", \"a \\\" b\", \"\"]" },
    { "get My\\ Item", "[\"get\", \"My Item\"]" },
    { "get it's", "[\"get\", \"it's\"]" },
    { "printf a\"b\\n", "[\"printf\", \"a\\\"b\\\\n\"]" },
};

static int jenkins(void)
{
    int type = 0;

    while (strcmp(init_types[type], "jenkins") != 0)
        type++;
    return type;
}

Test(init_source, a_command_has_the_words_that_a_shell_has)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        char answers[400], wanted[400];
        struct asker asker = { 0 };
        struct buf out;
        int n = snprintf(answers, sizeof(answers), "http://ci\n\nbot\ncommand\n%s\nno\n",
                         commands[i].answer);

        snprintf(wanted, sizeof(wanted), "{command: %s}\n", commands[i].list);
        asker.in = fmemopen(answers, (size_t)n, "r");
        asker.out = fopen("/dev/null", "w");
        buf_init(&out, 1 << 16);
        init_source(&asker, &out, jenkins(), "");
        cr_expect(strstr(out.bytes, wanted), "%s: %s", commands[i].answer, out.bytes);
        buf_done(&out);
        fclose(asker.in);
        fclose(asker.out);
    }
}
