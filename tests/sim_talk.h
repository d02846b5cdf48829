/* sim_talk: the simulated company's program, and requests to it over sockets, by hand. */
#ifndef SIM_TALK_H
#define SIM_TALK_H

#include <stddef.h>
#include <stdint.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "run.h"

extern struct sim sim; /* who is talked to, at its port */

struct reply {
    int status, error; /* of recv(): ECONNRESET, EAGAIN when it took too long */
    char *bytes, *body;
    size_t len, body_len;
    int64_t took_ms;
};
extern struct reply got; /* the last one */

int talk_send(const char *text);        /* returns the socket */
void talk_receive(int fd, int wait_ms); /* to its end, and closes it */
/* headers: whole lines with CRLF, or "". */
void talk_request(const char *method, const char *path, const char *headers, const char *body);
void talk_get(const char *path);
/* The value of a header of what was got; "" when it has none. */
const char *talk_header(const char *name);
json_t *talk_json(void); /* its body; yours */
void talk_end(void);     /* frees what was got */

#endif
