#include "config.h"

#include "sim_talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/time.h"

struct sim sim;
struct reply got;

static int dial(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)sim.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

int talk_send(const char *text)
{
    int fd = dial();

    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    return fd;
}

void talk_receive(int fd, int wait_ms)
{
    int64_t start = time_boot_ms(), left_ms;
    size_t cap = 1 << 20;
    ssize_t n = 1;

    free(got.bytes);
    memset(&got, 0, sizeof(got));
    got.bytes = malloc(cap + 1);
    while (n > 0 && (left_ms = start + wait_ms - time_boot_ms()) > 0) {
        struct timeval limit = { .tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000 };

        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        n = recv(fd, got.bytes + got.len, cap - got.len, 0);
        got.len += n > 0 ? (size_t)n : 0;
    }
    got.error = n == 0 ? 0 : n < 0 ? errno : EAGAIN;
    got.took_ms = time_boot_ms() - start;
    got.bytes[got.len] = '\0';
    close(fd);
    got.body = strstr(got.bytes, "\r\n\r\n");
    got.body = got.body ? got.body + 4 : got.bytes + got.len;
    got.body_len = got.len - (size_t)(got.body - got.bytes);
    if (got.len > 12)
        got.status = atoi(got.bytes + 9);
}

void talk_request(const char *method, const char *path, const char *headers, const char *body)
{
    char text[4096];

    snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s", method,
             path, headers);
    if (*body)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                 strlen(body));
    snprintf(text + strlen(text), sizeof(text) - strlen(text), "\r\n%s", body);
    talk_receive(talk_send(text), 5000);
}

void talk_get(const char *path)
{
    talk_request("GET", path, "", "");
}

const char *talk_header(const char *name)
{
    static char value[256];
    char line[64];
    const char *at;

    snprintf(line, sizeof(line), "\r\n%s: ", name);
    at = strcasestr(got.bytes, line);
    value[0] = '\0';
    if (at && at < got.body)
        sscanf(at + strlen(line), "%255[^\r]", value);
    return value;
}

json_t *talk_json(void)
{
    json_t *value = json_loadb(got.body, got.body_len, JSON_DECODE_ANY, NULL);

    cr_assert(value, "%s", got.body);
    return value;
}

void talk_end(void)
{
    free(got.bytes);
    got = (struct reply){ 0 };
}
