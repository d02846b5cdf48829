/* request: one HTTP request from its first byte to the last of its answer, with
 * everything that may go wrong on the way. */
#ifndef SIM_REQUEST_H
#define SIM_REQUEST_H

#include <microhttpd.h>

#include "sim/exchange.h"
#include "sim/sim.h"

/* Those that wait for a moment, or for ever; the loop wakes them. */
struct request_queue {
    struct sim *sim;
    struct request *first;
};

struct request {
    struct request_queue *queue;
    struct request *next; /* among those that wait */
    struct MHD_Connection *connection;
    struct buf form;
    struct exchange exchange;
    struct fault fault; /* FAULT_NONE: none hits it */
    bool begun;
    bool gone;        /* nobody waits for the answer any more */
    int64_t begin_ms; /* of time_boot_ms() */
    int64_t wake_ms;  /* INT64_MAX: never */
};

/* Callbacks of libmicrohttpd; self is the queue. */
enum MHD_Result request_on_data(void *self, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_size, void **state);
void request_on_completed(void *self, struct MHD_Connection *connection, void **state,
                          enum MHD_RequestTerminationCode code);

int request_socket(const struct request *request);
/* Let it go on: take it out of the queue. */
void request_wake(struct request *request);

#endif
