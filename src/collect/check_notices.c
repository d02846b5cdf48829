/* check_notices: whether notices could be given: nothing is run and nothing is posted. */
#include "config.h"

#include "collect/check_notices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/letters.h"
#include "net/auth.h"

enum { PATH_LONG = 4096 };

/* Of a folder, too, the system says that it may be entered. */
static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool in_path(const char *name)
{
    const char *path = getenv("PATH");
    char file[PATH_LONG];

    if (strchr(name, '/'))
        return is_program(name);
    while (path && *path) {
        size_t len = strcspn(path, ":");

        (void)snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, name);
        if (is_program(file))
            return true;
        path += len + (path[len] == ':');
    }
    return false;
}

/* By the names of rules.c's tables: WEBHOOK_SLACK ... */
static const char *const kinds[] = { "command", "Slack webhook", "Teams webhook", "JSON webhook" };

static bool check_one(const struct notice_settings *notice, struct dx_error *err)
{
    struct endpoint endpoint = notice->endpoint;
    const char *const *argv = notice->command.item;

    if (notice->command.count > 0)
        return in_path(argv[0]) ||
               dx_fail(err, DX_FAULT_CONFIG, "there is no program %.120s", argv[0]);
    endpoint.token = notice->url;
    return auth_check(&endpoint, err);
}

bool check_notices(const struct config *config, bool json)
{
    const struct notice_settings *notice = config->notices.item;
    FILE *out = json ? stderr : letters_out();
    bool ok = true;

    for (size_t i = 0; i < config->notices.count; i++, notice++) {
        struct dx_error err = { 0 };
        bool good = check_one(notice, &err);

        ok = ok && good;
        if (!good || !json)
            (void)fprintf(out, "%s notice %s: %s%s%s\n", good ? "✓" : "✗", notice->name,
                          kinds[notice->webhook], good ? "" : ": ", err.text);
    }
    return ok;
}
