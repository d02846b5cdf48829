/* init_source: what a source of each type is asked for, and how it is written. A
 * secret is never asked for, only where it is found. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/init.h"

static const struct kind {
    const char *url;      /* its own; "": it has to be said */
    const char *like;     /* an example of it */
    const char *key;      /* of the option that says what of it is meant; NULL: all */
    const char *meant;    /* as a question */
    const char *user;     /* who has the secret, as a question; NULL: nobody is named */
    const char *variable; /* where the secret mostly is; "": mostly there is none */
    bool list, wanted;    /* of what is meant: names between commas; it has to be given */
    bool password;        /* a user has a password in place of a token */
    bool logs;            /* it has logs of failed jobs */
} kinds[] = {
    { .url = "https://api.github.com",
      .like = "https://github.example.com/api/v3",
      .key = "org",
      .meant = "Organisation, or one repository as owner/name",
      .wanted = true,
      .variable = "GITHUB_TOKEN",
      .logs = true },
    { .url = "https://gitlab.com",
      .like = "https://gitlab.example.com",
      .key = "group",
      .meant = "Group, with all its projects",
      .wanted = true,
      .variable = "GITLAB_TOKEN",
      .logs = true },
    { .url = "",
      .like = "https://jenkins.example.com",
      .key = "jobs",
      .meant = "Jobs and folders by full name, between commas (empty: all)",
      .list = true,
      .user = "User that the API token is of",
      .variable = "JENKINS_TOKEN",
      .logs = true },
    { .url = "",
      .like = "https://dev.azure.com/ORGANISATION",
      .key = "projects",
      .meant = "Projects by name, between commas (empty: all)",
      .list = true,
      .variable = "AZURE_TOKEN",
      .logs = true },
    { .url = "",
      .like = "https://NAME.atlassian.net",
      .key = "projects",
      .meant = "Projects by key, between commas (empty: all)",
      .list = true,
      .user = "E-mail of the account (empty: a token of Data Center)",
      .variable = "JIRA_TOKEN" },
    { .url = "",
      .like = "https://NAME.service-now.com",
      .key = "groups",
      .meant = "Assignment groups, between commas (empty: all)",
      .list = true,
      .user = "User (empty: a bearer token)",
      .password = true,
      .variable = "SERVICENOW_SECRET" },
    { .url = "http://localhost:9090", .like = "https://prometheus.example.com", .variable = "" },
    { .url = "http://localhost:9093", .like = "https://alertmanager.example.com", .variable = "" },
};
const char *const init_types[] = { "github",     "gitlab",     "jenkins",      "azure", "jira",
                                   "servicenow", "prometheus", "alertmanager", NULL };

void init_quoted(struct buf *out, const char *text)
{
    (void)buf_text(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            (void)buf_text(out, "\\");
        (void)buf_add(out, text, 1);
    }
    (void)buf_text(out, "\"");
}

/* Words between commas, as a list of YAML. */
static void put_list(struct buf *out, const char *text)
{
    bool first = true;

    (void)buf_text(out, "[");
    while (*text) {
        char word[ANSWER_MOST];
        size_t len, end;

        text += strspn(text, " ");
        len = strcspn(text, ",");
        for (end = len; end > 0 && text[end - 1] == ' ';)
            end--;
        (void)snprintf(word, sizeof(word), "%.*s", (int)end, text);
        if (*word) {
            (void)buf_text(out, first ? "" : ", ");
            init_quoted(out, word);
            first = false;
        }
        text += len + (text[len] != '\0');
    }
    (void)buf_text(out, "]");
}

/* The quote at text that is closed further on: what is behind it; NULL: it is a letter. */
static const char *closing(const char *text)
{
    const char *end = text + 1;

    if (*text != '\'' && *text != '"')
        return NULL;
    for (; *end && *end != *text; end++)
        if (*text == '"' && *end == '\\' && (end[1] == '"' || end[1] == '\\'))
            end++;
    return *end ? end : NULL;
}

/* Before which of them a backslash goes; quoted: the quote that ends it, NULL: outside. */
static const char *quotable(const char *quoted)
{
    if (!quoted)
        return " '\"";
    return *quoted == '"' ? "\"\\" : "";
}

/* One word as a shell has it: what is in quotes is of it, with its blanks. Returns the rest. */
static const char *take_word(const char *text, char word[ANSWER_MOST])
{
    const char *quoted = NULL; /* up to there */
    size_t len = 0;

    for (; *text && (quoted || *text != ' '); text++) {
        if (text == quoted) {
            quoted = NULL;
            continue;
        }
        if (!quoted) {
            quoted = closing(text);
            if (quoted)
                continue;
        }
        if (*text == '\\' && text[1] && strchr(quotable(quoted), text[1]))
            text++;
        if (len + 1 < ANSWER_MOST)
            word[len++] = *text;
    }
    word[len] = '\0';
    return text;
}

/* The words of a command, as a list of YAML. */
static void put_command(struct buf *out, const char *text)
{
    char word[ANSWER_MOST];
    bool first = true;

    (void)buf_text(out, "[");
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        text = take_word(text, word);
        (void)buf_text(out, first ? "" : ", ");
        init_quoted(out, word);
        first = false;
    }
    (void)buf_text(out, "]");
}

/* ---- where the secret is ---- */

static bool is_name(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && !isdigit((unsigned char)*text) &&
           strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == len;
}

/* Who pastes the token itself is not to find it in a file: names of variables are neither so
 * long, nor of small letters and digits. */
static bool is_secret(const char *text)
{
    return !getenv(text) && strlen(text) >= 20 && strpbrk(text, "0123456789") &&
           strpbrk(text, "abcdefghijklmnopqrstuvwxyz");
}

static void put_variable(struct asker *asker, struct buf *out, const struct kind *kind)
{
    char answer[ANSWER_MOST];
    const char *name = kind->variable;

    while (!asker->ended) {
        name = ask_line(asker, answer, "  Name of the variable",
                        *kind->variable ? kind->variable : "TOKEN");
        if (is_name(name) && !is_secret(name))
            break;
        (void)fprintf(asker->out, "  %s\n",
                      is_name(name) ? "this looks like the secret itself: the configuration only "
                                      "says in which variable it is"
                                    : "a name has letters, digits and _ only");
    }
    (void)buf_text(out, "{env: ");
    init_quoted(out, name);
    (void)buf_text(out, "}");
    if (!getenv(name))
        (void)fprintf(asker->out, "  note: $%s is not set now\n", name);
}

static const char *wanted(struct asker *asker, char answer[ANSWER_MOST], const char *question)
{
    const char *given = "";

    while (!asker->ended && !*given)
        given = ask_line(asker, answer, question, "");
    return given;
}

static void put_secret(struct asker *asker, struct buf *out, const struct kind *kind,
                       const char *key)
{
    static const char *const often[] = { "env", "file", "command", "none", NULL };
    static const char *const seldom[] = { "none", "env", "file", "command", NULL };
    const char *const *words = *kind->variable ? often : seldom;
    char question[64], answer[ANSWER_MOST];
    const char *where;

    (void)snprintf(question, sizeof(question), "  Its %s is found in", key);
    where = words[ask_choice(asker, question, words)];
    if (strcmp(where, "none") == 0)
        return;
    (void)buf_print(out, "    %s: ", key);
    if (strcmp(where, "env") == 0) {
        put_variable(asker, out, kind);
    } else if (strcmp(where, "file") == 0) {
        (void)buf_text(out, "{file: ");
        init_quoted(out, wanted(asker, answer, "  File, that only you may read"));
        (void)buf_text(out, "}");
    } else {
        (void)buf_text(out, "{command: ");
        put_command(out,
                    wanted(asker, answer, "  Command that prints it, like pass show ci/token"));
        (void)buf_text(out, "}");
    }
    (void)buf_text(out, "\n");
}

/* ---- the source ---- */

static void put_url(struct asker *asker, struct buf *out, const struct kind *kind)
{
    char question[128], answer[ANSWER_MOST];
    const char *url = "";

    (void)snprintf(question, sizeof(question), "  URL, like %.90s", kind->like);
    while (!asker->ended) {
        url = ask_line(asker, answer, question, kind->url);
        if (strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0)
            break;
        (void)fputs("  it begins with https:// or http://\n", asker->out);
    }
    (void)buf_text(out, "    url: ");
    init_quoted(out, url);
    (void)buf_text(out, "\n");
}

static void put_meant(struct asker *asker, struct buf *out, const struct kind *kind)
{
    char question[128], answer[ANSWER_MOST];
    const char *given;

    if (!kind->key)
        return;
    (void)snprintf(question, sizeof(question), "  %.110s", kind->meant);
    given = kind->wanted ? wanted(asker, answer, question) : ask_line(asker, answer, question, "");
    if (!*given)
        return;
    if (strcmp(kind->key, "org") == 0 && strchr(given, '/')) {
        (void)buf_text(out, "    repos: ");
        put_list(out, given);
    } else {
        (void)buf_print(out, "    %s: ", kind->key);
        if (kind->list)
            put_list(out, given);
        else
            init_quoted(out, given);
    }
    (void)buf_text(out, "\n");
}

static bool put_user(struct asker *asker, struct buf *out, const struct kind *kind)
{
    char question[128], answer[ANSWER_MOST];
    const char *user;

    if (!kind->user)
        return false;
    (void)snprintf(question, sizeof(question), "  %.110s", kind->user);
    user = ask_line(asker, answer, question, "");
    if (!*user)
        return false;
    (void)buf_text(out, "    user: ");
    init_quoted(out, user);
    (void)buf_text(out, "\n");
    return true;
}

void init_source(struct asker *asker, struct buf *out, int type, const char *name)
{
    static const char queries[] =
        "    # queries: PromQL by name; the panel metric shows them\n"
        "    queries:\n"
        "      up: {query: 'sum by (job) (up) / count by (job) (up)', unit: ratio}\n";
    const struct kind *kind = &kinds[type];
    bool user;

    (void)buf_print(out, "  - type: %s\n", init_types[type]);
    if (*name) {
        (void)buf_text(out, "    name: ");
        init_quoted(out, name);
        (void)buf_text(out, "\n");
    }
    put_url(asker, out, kind);
    put_meant(asker, out, kind);
    user = put_user(asker, out, kind);
    put_secret(asker, out, kind, user && kind->password ? "password" : "token");
    if (kind->logs)
        (void)buf_print(
            out, "    logs: %s # read the end of failed jobs' logs: it says why\n",
            ask_yes(asker, "  Read the end of the logs of failed jobs, a request each", true)
                ? "yes"
                : "no");
    if (strcmp(init_types[type], "prometheus") == 0)
        (void)buf_text(out, queries);
}
