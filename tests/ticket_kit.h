/* ticket_kit: tickets in the store that company_kit made, written as the collector writes
 * them, for tests of what panels show. */
#ifndef TICKET_KIT_H
#define TICKET_KIT_H

#include "company_kit.h"

/* Add a fourth source, jira, with 37 open tickets and three that are done. KIT_HOSTILE: their
 * titles, people and keys are in other scripts, long, wide, or try to break the screen. */
void tickets_write(const char *path, enum kit_world world);
/* 20 open ones and 1,200 more, of which one is called "needle in the hay"; three that are
 * done, of which one was an incident. */
void tickets_write_many(const char *path);
/* 20 open ones and what was answered and done over the last 18 days, with key numbers. */
void tickets_write_history(const char *path);
/* A configuration that shows them: views Tickets, Overview, Queues, Flaky. */
void tickets_config(const char *path, const char *store);

#endif
