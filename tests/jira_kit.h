/* jira_kit: one poll of a Jira, by its recorded replies. */
#ifndef JIRA_KIT_H
#define JIRA_KIT_H

#include "source/jira.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static const int64_t MINUTE = 60000, HOUR = 3600000, DAY = 86400000;

/* What walks of the Cloud and of Data Center note of their place, at their first page. */
#define CLOUD_WALK  "1 50 0 0 0 0 "
#define SERVER_WALK "2 50 0 0 0 0 "

extern struct jira config; /* by component; bare else */
extern struct kit kit;

bool jira_decode(struct reply reply, const char *file); /* of tests/fixtures/jira/ */
/* The tickets of this reply, decoded in a poll of its own; those of a page of a walk. */
const struct ticket *jira_of(struct reply reply, const char *file);
const struct ticket *jira_page(const char *file);

void jira_begin(int64_t now_ms);
/* Take the first request off, which is of this step, and answer it. */
void jira_answer(unsigned step, const char *file);
/* A first poll finds out what the server is, and of which zone the account. */
void jira_first_poll(const char *server);

#endif
