/* run: other programs for tests. */
#include "config.h"

#include "run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "tests/where.h"

void set_paths(void)
{
    setenv("DXTOP_BIN", BUILD_DIR, 1);
    setenv("DXTOP_PANELS", BUILD_DIR "/panels/.libs", 1);
    setenv("DXTOP_THEMES", SRC_DIR "/themes", 1);
    setenv("DXTOP_PATTERNS", SRC_DIR "/data/failure_patterns.tsv", 1);
    setenv("TZ", "UTC", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("NO_COLOR");
    unsetenv("COLORTERM");
}

struct program program_start(const char *const *argv)
{
    struct program p = { .pid = -1 };
    int in[2], out[2];
    char path[512];

    cr_assert(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    snprintf(path, sizeof(path), "%s/%s", BUILD_DIR, argv[0]);
    if (access(path, X_OK) != 0)
        snprintf(path, sizeof(path), "%s", argv[0]);
    p.pid = fork();
    if (p.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in[0], 0);
        dup2(out[1], 1);
        execvp(path, (char *const *)argv);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    p.in = in[1];
    p.out = out[0];
    return p;
}

int program_end(struct program *p, int number)
{
    int status = 0;

    if (p->pid <= 0)
        return 0;
    if (number)
        kill(p->pid, number);
    close(p->in);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(p->out);
    p->pid = -1;
    return status;
}

/* What a test is given may end with the test: this keeps it in reach of the leak check. */
static char *given(char *text)
{
    static char *all[256];
    static size_t count;

    all[count++ % (sizeof(all) / sizeof(all[0]))] = text;
    return text;
}

char *program_run(const char *const *argv, int *exit_code)
{
    struct program p = program_start(argv);
    size_t len = 0, cap = 1 << 20;
    char *text = malloc(cap);
    ssize_t n;

    while ((n = read(p.out, text + len, cap - 1 - len)) > 0) {
        len += (size_t)n;
        if (len + 1 == cap)
            text = realloc(text, cap *= 2);
    }
    text[len] = '\0';
    int status = program_end(&p, 0);
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return given(text);
}

struct sim sim_start_as(const char *const *argv)
{
    struct sim sim = { .program = program_start(argv) };
    char line[256] = "";
    size_t len = 0;

    while (len + 1 < sizeof(line) && !strchr(line, '\n') &&
           read(sim.program.out, line + len, 1) == 1)
        line[++len] = '\0';
    cr_assert(sscanf(line, "{\"port\": %d", &sim.port) == 1, "%s", line);
    snprintf(sim.url, sizeof(sim.url), "http://127.0.0.1:%d", sim.port);
    return sim;
}

struct sim sim_start_at(int port, const char *option1, const char *option2)
{
    char number[32];
    const char *argv[] = { "dxtop-sim", "--until-stdin",          number,
                           option1,     option1 ? option2 : NULL, NULL };

    snprintf(number, sizeof(number), "--port=%d", port);
    return sim_start_as(argv);
}

struct sim sim_start(const char *option1, const char *option2)
{
    return sim_start_at(free_port(), option1, option2);
}

static char *dirs[16];
static int dir_count;
static pid_t dir_owner;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void remove_dir(const char *path)
{
    char gone[512];

    snprintf(gone, sizeof(gone), "%s.gone", path);
    cr_assert(rename(path, gone) == 0 && nftw(gone, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0,
              "%s", path);
}

static void remove_dirs(void)
{
    for (int i = 0; getpid() == dir_owner && i < dir_count; i++)
        nftw(dirs[i], remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

char *test_dir(void)
{
    char *dir = strdup("/tmp/dxtop-test-XXXXXX");

    cr_assert(mkdtemp(dir));
    if (dir_count == 0)
        atexit(remove_dirs);
    dir_owner = getpid();
    if (dir_count < 16)
        dirs[dir_count++] = strdup(dir);
    return given(dir);
}

void write_file(const char *path, const char *fmt, ...)
{
    FILE *file = fopen(path, "w");
    va_list ap;

    cr_assert(file, "%s", path);
    va_start(ap, fmt);
    vfprintf(file, fmt, ap);
    va_end(ap);
    fclose(file);
}

char *read_file(const char *path)
{
    enum { KEPT = 8, MOST = 1 << 20 };
    static char *kept[KEPT];
    static size_t next;
    char **text = &kept[next++ % KEPT];
    FILE *file = fopen(path, "r");

    free(*text);
    *text = calloc(1, MOST);
    if (file) {
        cr_assert(fread(*text, 1, MOST - 1, file) < MOST - 1, "%s is too long", path);
        fclose(file);
    }
    return *text;
}

/* The socket stays bound, without listening, until the test ends: the kernel gives its port to
 * nobody who asks for any, refuses who connects, and lets listen who asks for this one as servers
 * do, with SO_REUSEADDR. */
int free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) == 0 &&
              bind(fd, (struct sockaddr *)&a, len) == 0 &&
              getsockname(fd, (struct sockaddr *)&a, &len) == 0);
    return ntohs(a.sin_port);
}

bool wait_for(bool (*holds)(void *self), void *self, int ms)
{
    for (int waited = 0; waited <= ms; waited += 20) {
        if (holds(self))
            return true;
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
    }
    return false;
}

long rss_kb(pid_t pid)
{
    char path[64], line[128];
    long kb = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        (void)sscanf(line, "VmRSS: %ld", &kb);
    if (file)
        fclose(file);
    return kb;
}
