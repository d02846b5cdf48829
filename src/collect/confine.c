/* confine: Landlock around the collector. A reply that breaks a decoder finds a process that can
 * write in the directory of its store and run nothing. What it may read stays: certificates, zones,
 * names of hosts and the files of secrets, which are replaced by their owners while it runs. */
#include "config.h"

#include "collect/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect/program.h"

/* A sanitizer writes its reports where it was told to, and a build that counts its lines beside
 * its objects. */
#if defined(__SANITIZE_ADDRESS__) || defined(DX_COVERAGE)
static const bool reports = true;
#else
static const bool reports = false;
#endif

/* The kernel's numbers of later versions than the headers' may be. */
enum { ACCESS_REFER = 1 << 13, ACCESS_TRUNCATE = 1 << 14, REFER_SINCE = 2, TRUNCATE_SINCE = 3 };

static const uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
static const uint64_t of_a_store =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG;

static bool is_command(const struct secret *secret)
{
    return secret->kind == SECRET_COMMAND;
}

bool confine_has_commands(const struct config *config)
{
    const struct notice_settings *notices = config->notices.item;

    for (size_t i = 0; i < config->source_count; i++) {
        const struct endpoint *e = &config->sources[i].endpoint;
        const struct endpoint_header *headers = e->headers.item;

        if (program_is(&config->sources[i]) || is_command(&e->password) || is_command(&e->token))
            return true;
        for (size_t h = 0; h < e->headers.count; h++)
            if (is_command(&headers[h].secret))
                return true;
    }
    for (size_t i = 0; i < config->notices.count; i++)
        if (notices[i].command.count > 0 || is_command(&notices[i].url))
            return true;
    return false;
}

static bool allow(int rules, const char *path, uint64_t access)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = access };
    int fd = open(path, O_PATH | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return false;
    beneath.parent_fd = fd;
    ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    (void)close(fd);
    return ok;
}

bool confine(const char *dir, const char **words)
{
    struct landlock_ruleset_attr attr = { .handled_access_fs =
                                              writing | LANDLOCK_ACCESS_FS_EXECUTE };
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    uint64_t inside = of_a_store;
    int rules;
    bool ok;

    *words = "not confined: this kernel has no Landlock";
    if (reports)
        *words = "not confined: what watches this build writes its reports";
    if (version < 1 || reports)
        return false;
    if (version >= REFER_SINCE)
        attr.handled_access_fs |= ACCESS_REFER;
    if (version >= TRUNCATE_SINCE) {
        attr.handled_access_fs |= ACCESS_TRUNCATE;
        inside |= ACCESS_TRUNCATE;
    }
    rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
    ok = rules >= 0 && allow(rules, dir, inside) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    if (rules >= 0)
        (void)close(rules);
    *words = ok ? "confined: writes beside its store only, runs nothing"
                : "not confined: the kernel refused";
    return ok;
}
