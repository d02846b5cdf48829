/* service: what the collector tells a service manager, where one started it: sd_notify(3)'s
 * protocol, a datagram each to $NOTIFY_SOCKET. Without one nothing is said. */
#ifndef COLLECT_SERVICE_H
#define COLLECT_SERVICE_H

#include <stdbool.h>

bool service_is(void);    /* one started it */
void service_waits(void); /* it is up; another one collects */
void service_held(void);  /* it is up; another program lets nobody write */
void service_ready(void); /* it collects */
void service_alive(
    void); /* its loop goes round; for WatchdogSec= of more than the heartbeat's 2 s */
void service_ends(void);

#endif
