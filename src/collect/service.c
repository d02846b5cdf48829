/* service: sd_notify(3)'s protocol. */
#include "config.h"

#include "collect/service.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void say(const char *words)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    size_t len = path ? strlen(path) : 0;
    int fd;

    if (len < 2 || len >= sizeof(to.sun_path) || (*path != '/' && *path != '@'))
        return;
    memcpy(to.sun_path, path, len);
    if (*path == '@')
        to.sun_path[0] = '\0'; /* an abstract name */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, words, strlen(words), MSG_NOSIGNAL, (struct sockaddr *)&to,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    (void)close(fd);
}

bool service_is(void)
{
    const char *path = getenv("NOTIFY_SOCKET");

    return path && (*path == '/' || *path == '@');
}

void service_waits(void)
{
    say("READY=1\nSTATUS=Another one collects; waiting to take over.");
}

void service_held(void)
{
    say("READY=1\nSTATUS=Another program writes in the store; waiting for it.");
}

void service_ready(void)
{
    say("READY=1\nSTATUS=Collecting.");
}

void service_alive(void)
{
    say("WATCHDOG=1");
}

void service_ends(void)
{
    say("STOPPING=1");
}
