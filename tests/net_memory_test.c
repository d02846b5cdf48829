/* net: libcurl, or the system, has no memory left. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <curl/curl.h>

#include "net/http.h"
#include "net/vault.h"

static long left; /* allocations until there is no memory */
static bool once; /* and after it there is some again */
static bool wanted;

static bool may_have(void)
{
    if (left > 0) {
        left--;
        return true;
    }
    if (wanted && once)
        return true;
    wanted = true;
    return false;
}

static void *allocate(size_t size)
{
    return may_have() ? malloc(size) : NULL;
}

static void *grow(void *old, size_t size)
{
    return may_have() ? realloc(old, size) : NULL;
}

static char *copy(const char *text)
{
    return may_have() ? strdup(text) : NULL;
}

static void *many(size_t count, size_t size)
{
    return may_have() ? calloc(count, size) : NULL;
}

/* ---- a call ---- */

static struct dx_error said;

static void on_done(void *self, const struct http_reply *reply)
{
    said = *reply->error;
    ev_break(self, EVBREAK_ALL);
}

static void call(void)
{
    const struct endpoint endpoint = { .url = "http://192.0.2.1:1",
                                       .user = "",
                                       .ca = "/none/ca.pem",
                                       .cert = "/none/cert.pem",
                                       .key = "/none/key.pem",
                                       .proxy = "http://127.0.0.1:1",
                                       .timeout_ms = 5000,
                                       .connect_timeout_ms = 5000,
                                       .max_body = 1000 };
    const struct http_request request = { .endpoint = &endpoint, .path = "/", .authorization = "" };
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct http *http = http_new(loop, "dxtop/test");

    http_start(http, &request, on_done, loop);
    ev_run(loop, 0);
    http_free(http);
    ev_loop_destroy(loop);
}

/* How a process ends in which so many allocations of libcurl succeed: 0 where it tells of what it
 * lacks, 1 where there was memory enough, 2 where the call has no end. */
static int end_with(long allocations, bool only_one)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        (void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        (void)signal(SIGABRT, SIG_DFL);
        (void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        left = allocations;
        once = only_one;
        call();
        _exit(*said.text ? !wanted : 2);
    }
    cr_assert_gt(pid, 0);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    return status;
}

/* It dies with a word, or the call ends with a sentence. */
static void sweep(bool only_one)
{
    int died = 0;

    for (long n = 0;; n++) {
        int status = end_with(n, only_one);

        if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
            break;
        cr_assert(WIFSIGNALED(status) ? WTERMSIG(status) == SIGABRT : WEXITSTATUS(status) == 0,
                  "after %ld: %x", n, (unsigned)status);
        died += WIFSIGNALED(status);
    }
    cr_expect_gt(died, 10);
}

Test(net_memory, that_libcurl_lacks_ends_it_or_the_call, .timeout = 120)
{
    cr_assert_eq(curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, free, grow, copy, many),
                 CURLE_OK);
    sweep(false);
    sweep(true);
}

/* ---- secrets ---- */

Test(net_memory, that_a_secret_lacks_ends_it, .signal = SIGABRT)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    (void)vault_new((size_t)1 << 60);
}
