/* proxy: what stands between a client and a server on loopback and lets things go wrong. It
 * hands each request on and does to the answer, or to the connection, what the fault of the
 * moment says. A process of its own, so that neither side waits for the test. */
#ifndef TESTS_PROXY_H
#define TESTS_PROXY_H

#include <stdbool.h>
#include <stddef.h>

struct answer { /* of the server, head and body, as it goes over the wire */
    char *bytes;
    size_t len;
};

enum { PROXY_HALF = 1 << 30 };

/* A constant of the program: the proxy's process has it at the same address. */
struct proxy_fault {
    enum {
        PROXY_PASS,
        PROXY_REFUSE, /* nobody listens */
        PROXY_HOLE,   /* takes the connection, and reads nothing */
        PROXY_HANG_UP /* before it reads, as `end` says */
    } door;
    const char *reply; /* instead of the server's answer; see answer_print() */
    void (*spoil)(struct answer *answer, const char *request); /* what it answers otherwise */
    size_t skip; /* so many requests are let through first */
    long cut;    /* the answer ends after so many bytes; PROXY_HALF: of the body; 0: it does not */
    bool silent; /* it ends before its first byte */
    enum { PROXY_CLOSE, PROXY_RESET, PROXY_STALL } end; /* what comes behind the last byte */
    unsigned drip_ms;                                   /* between bytes; 0: as fast as it goes */
    size_t flood; /* so many bytes come behind the answer, of the same body */
};

/* What the other process saw, as far as it came. */
struct proxy_seen {
    unsigned requests; /* at our door; refused connections are not seen */
    unsigned there;    /* requests at the other door, where nothing of ours may come */
    bool leaked;       /* one of those brought credentials along */
    size_t sent;       /* bytes of answers */
};

struct proxy {
    int port, pid, control;
    char there[64]; /* the other door: another origin, which wants a password */
    volatile struct proxy_seen *seen;
};

struct proxy proxy_start(int server); /* to the server at that port */
void proxy_fault(const struct proxy *proxy, const struct proxy_fault *fault); /* NULL: none */
void proxy_end(struct proxy *proxy);

/* ---- what spoils do with an answer ---- */

/* The text with "{here}" and "{there}", our two doors, and "{length}", that of the body. */
char *answer_print(const char *text);

char *answer_body(const struct answer *answer);
/* Replace the body; Content-Length tells of it. */
void answer_set(struct answer *answer, const char *body, size_t len);
/* "Name: value", in place of those of this name; "Name:": they go. As answer_print() has it. */
void answer_header(struct answer *answer, const char *line);
/* Every such text in the body becomes the other. */
void answer_swap(struct answer *answer, const char *from, const char *to);

#endif
