/* jira_walk_kit: polls of a jira source against a server in memory, Cloud or Data Center, and what
 * a store would hold of it. */
#ifndef TESTS_JIRA_WALK_KIT_H
#define TESTS_JIRA_WALK_KIT_H

#include "source_kit.h"

static const int64_t NOW = 1795518000000, MINUTE = 60000, HOUR = 3600000, DAY = 86400000;

enum { ISSUES_MOST = 1500 };

struct walk_issue { /* of the server */
    int64_t updated_ms;
    bool done, deleted, left; /* left: the query does not find it any more */
    bool large; /* larger than max_body, whatever is left away but its key and its change */
};
struct walk_row { /* of the store */
    int64_t updated_ms, seen_ms;
    bool there, done, gone;
    char key[16];
};
extern struct walk_issue issues[ISSUES_MOST];
extern struct walk_row rows[ISSUES_MOST];
extern size_t issue_count, requests;
extern void (*meanwhile)(int64_t now_ms); /* after each page */

void start(bool is_cloud, const char *zone); /* of the account's clock */
size_t add(int64_t updated_ms, bool done);
void fill(void);
void poll_all(int64_t now_ms);
/* At most so many requests, as when the collector ends a long poll; returns whether it came to its
 * end. */
bool poll_some(int64_t now_ms, size_t most);
/* Everything as it is, but for what is older than the history. The last thing of a test. */
void expect_all(int64_t now_ms);

#endif
