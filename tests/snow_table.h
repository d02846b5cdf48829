/* snow_table: whole polls of a servicenow source against a table in memory that has the ways of the
 * real one: rows hidden by access rules, counted before or after them; mass changes in one second;
 * tickets that change while pages are read. */
#ifndef TESTS_SNOW_TABLE_H
#define TESTS_SNOW_TABLE_H

#include "known_ticket_kit.h"
#include "source/servicenow.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */
static const int64_t MINUTE = 60000, HOUR = 3600000, DAY = 86400000;

enum { ROWS_MOST = 1200, PAGES_MOST = 400 };

struct server {
    struct row {
        int id;
        int64_t updated_ms;
        bool active, hidden;
        bool large; /* larger than max_body */
    } row[ROWS_MOST];
    int count;
    bool counts_after_rules, says_count, links, ignores_active, ignores_time, ignores_offset;
    int requests, parts;
    bool told;   /* that pages come again */
    int move_at; /* at this request the row that is updated first changes */
};
extern struct server server;
extern struct servicenow config;
extern struct ticket_kit store;
extern struct kit kit;

void forget(void);                         /* all but the configuration */
void fill(int count, int64_t apart_ms);    /* the newest is an hour old; each third is active */
bool poll_once(int64_t now_ms);            /* to its end; false: kit.err says why not */
bool poll_some(int64_t now_ms, int pages); /* so many at most, as when a long poll is ended */
void expect_all(const char *what);         /* of those that are not hidden nor too large */
/* The body, yours to free; NULL: it is too large. */
char *table_answer(const char *path, char head[200], const char **next);

#endif
