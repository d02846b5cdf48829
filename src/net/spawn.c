/* spawn: the process of a command. */
#include "config.h"

#include "net/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"

enum { VARIABLES_MAX = 128 };

static bool begins_with_one(const char *variable, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strncmp(variable, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

/* What tools like vault, aws, az, pass need to find their own things and the network. */
static bool wanted_for_secrets(const char *variable)
{
    static const char *const words[] = {
        "PATH=",           "HOME=",       "USER=",          "LOGNAME=",    "LANG=",
        "LC_ALL=",         "TMPDIR=",     "SSH_AUTH_SOCK=", "HTTP_PROXY=", "HTTPS_PROXY=",
        "NO_PROXY=",       "http_proxy=", "https_proxy=",   "no_proxy=",   "XDG_",
        "VAULT_",          "AWS_",        "AZURE_",         "GNUPG",       "GPG",
        "PASSWORD_STORE_", "OP_",         "SSL_CERT_",      NULL
    };

    return begins_with_one(variable, words);
}

static bool wanted(const struct command_spec *spec, const char *variable)
{
    static const char *const always[] = { "PATH=", "HOME=", "LANG=", "TZ=", NULL };

    if (spec->secret)
        return wanted_for_secrets(variable);
    if (begins_with_one(variable, always))
        return true;
    for (size_t i = 0; i < spec->variable_count; i++) {
        size_t len = strlen(spec->variables[i]);

        if (strncmp(variable, spec->variables[i], len) == 0 && variable[len] == '=')
            return true;
    }
    return false;
}

static void set_files(posix_spawn_file_actions_t *files, const struct command_spec *spec, int out,
                      int err)
{
    (void)posix_spawn_file_actions_init(files);
    (void)posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(files, out, STDOUT_FILENO);
    if (err >= 0)
        (void)posix_spawn_file_actions_adddup2(files, err, STDERR_FILENO);
    else
        (void)posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addclosefrom_np(files,
                                                   STDERR_FILENO + 1); /* whoever left them open */
    if (!spec->secret)
        (void)posix_spawn_file_actions_addchdir_np(files, "/");
}

static void set_attributes(posix_spawnattr_t *attr)
{
    sigset_t none, all;

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    (void)posix_spawnattr_init(attr);
    (void)posix_spawnattr_setsigmask(attr, &none);
    (void)posix_spawnattr_setsigdefault(attr, &all);
    (void)posix_spawnattr_setpgroup(attr, 0);
    (void)posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETSIGDEF);
}

static void set_variables(const struct command_spec *spec, char *env[VARIABLES_MAX + 1])
{
    size_t n = 0;

    for (char *const *fact = spec->facts; fact && *fact && n < VARIABLES_MAX; fact++)
        env[n++] = *fact;
    for (char **e = environ; *e && n < VARIABLES_MAX; e++)
        if (wanted(spec, *e))
            env[n++] = *e;
    env[n] = NULL;
}

int spawn_command(const struct command_spec *spec, int out, int err, pid_t *pid)
{
    char *env[VARIABLES_MAX + 1], **args;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    size_t argc = 0;
    int status;

    set_variables(spec, env);
    while (spec->argv[argc])
        argc++;
    if (argc == 0)
        return ENOENT;
    args = mem_new(argc + 1, sizeof(*args));
    for (size_t i = 0; i < argc; i++)
        args[i] = mem_text(spec->argv[i]);
    set_files(&files, spec, out, err);
    set_attributes(&attr);
    status = posix_spawnp(pid, spec->argv[0], &files, &attr, args, env);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&files);
    for (size_t i = 0; i < argc; i++)
        free(args[i]);
    free(args);
    return status;
}
