/* jenkins: which stage of a build printed a line of its console, which all share:
 *   [Pipeline] { (test)     what follows is of this stage
 *   [Pipeline] {            of a block within it
 *   [Pipeline] }            the end of either
 *   [unit] make: *** ...    of a branch of parallel stages, whose lines are mixed */
#include "config.h"

#include "source/jenkins.h"

#include <string.h>

static const char mark[] = "[Pipeline] ", branch[] = "Branch: ";

static bool begins(const char *line, size_t len, const char *with)
{
    size_t n = strlen(with);

    return len >= n && memcmp(line, with, n) == 0;
}

/* By its whole name. */
static int stage_named(const struct jenkins_console *c, const char *name, size_t len)
{
    for (size_t i = 0; i < c->count; i++)
        if (strlen(c->names[i]) == len && memcmp(c->names[i], name, len) == 0)
            return (int)i;
    return JENKINS_OTHER;
}

/* "{ (Branch: unit)": the name in the brackets. */
static int stage_of_block(const struct jenkins_console *c, const char *block, size_t len)
{
    const char *name = block + 3;

    if (len < 5 || memcmp(block, "{ (", 3) != 0 || block[len - 1] != ')')
        return c->depth > 0 ? c->stack[c->depth - 1] : JENKINS_OTHER;
    len -= 4;
    if (begins(name, len, branch)) {
        name += strlen(branch);
        len -= strlen(branch);
    }
    return stage_named(c, name, len);
}

static void take_mark(struct jenkins_console *c, const char *text, size_t len)
{
    if (len > 0 && text[0] == '{') {
        int stage = stage_of_block(c, text, len);

        c->lost += c->depth == JENKINS_DEPTH;
        if (c->depth < JENKINS_DEPTH)
            c->stack[c->depth++] = stage;
    } else if (len == 1 && text[0] == '}') {
        if (c->lost > 0)
            c->lost--;
        else if (c->depth > 0)
            c->depth--;
    }
}

int jenkins_console_line(struct jenkins_console *c, const char *line, size_t len)
{
    const char *end = len > 1 && line[0] == '[' ? memchr(line, ']', len) : NULL;
    int stage;

    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
        len--;
    if (begins(line, len, mark)) {
        take_mark(c, line + strlen(mark), len - strlen(mark));
        return JENKINS_OTHER;
    }
    stage = end ? stage_named(c, line + 1, (size_t)(end - line) - 1) : JENKINS_OTHER;
    if (stage != JENKINS_OTHER)
        return stage;
    return c->depth > 0 ? c->stack[c->depth - 1] : JENKINS_OTHER;
}
