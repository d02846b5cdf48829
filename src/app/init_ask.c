/* init_ask: questions and answers. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "app/init.h"
#include "core/text.h"

static const char *next_line(struct asker *asker, char answer[ANSWER_MOST])
{
    char line[ANSWER_MOST];
    size_t len;

    answer[0] = '\0';
    if (asker->ended || !fgets(line, sizeof(line), asker->in)) {
        asker->ended = true;
        return answer;
    }
    len = strcspn(line, "\r\n");
    while (line[len] == '\0' && len == sizeof(line) - 1) { /* the rest of a line that is too long */
        int c = fgetc(asker->in);

        if (c == '\n' || c == EOF)
            break;
    }
    len = text_clean(answer, ANSWER_MOST, line, len);
    while (len > 0 && answer[len - 1] == ' ')
        answer[--len] = '\0';
    return answer + strspn(answer, " ");
}

const char *ask_line(struct asker *asker, char answer[ANSWER_MOST], const char *question,
                     const char *fallback)
{
    const char *given;

    (void)fprintf(asker->out, *fallback ? "%s [%s]: " : "%s: ", question, fallback);
    (void)fflush(asker->out);
    given = next_line(asker, answer);
    if (asker->echo)
        (void)fprintf(asker->out, "%s\n", given);
    return *given ? given : fallback;
}

/* The word itself, or what only one of them begins with; -1: neither. */
static int word_of(const char *given, const char *const *words)
{
    size_t len = strlen(given);
    int found = -1;

    for (int i = 0; words[i]; i++) {
        if (strncasecmp(words[i], given, len) != 0)
            continue;
        if (words[i][len] == '\0')
            return i;
        found = found == -1 ? i : -2;
    }
    return len > 0 && found >= 0 ? found : -1;
}

int ask_choice(struct asker *asker, const char *question, const char *const *words)
{
    char answer[ANSWER_MOST], all[ANSWER_MOST] = "";
    size_t len = 0;

    for (size_t i = 0; words[i] && len < sizeof(all); i++)
        len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s", i > 0 ? ", " : "", words[i]);
    while (!asker->ended) {
        char asked[ANSWER_MOST];
        const char *given, *near;

        (void)snprintf(asked, sizeof(asked), "%.400s (%.400s)", question, all);
        given = ask_line(asker, answer, asked, words[0]);
        if (word_of(given, words) >= 0)
            return word_of(given, words);
        near = text_nearest(given, words);
        (void)fprintf(asker->out, "  \"%s\" is none of these%s%s%s\n", given,
                      near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    return 0;
}

bool ask_yes(struct asker *asker, const char *question, bool fallback)
{
    static const char *const yes[] = { "yes", "no", NULL }, *const no[] = { "no", "yes", NULL };

    return (ask_choice(asker, question, fallback ? yes : no) == 0) == fallback;
}
