/* statement_fault: by SQLite's own doors for those who watch a connection. */
#include "config.h"

#include "statement_fault.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 1024 };

static struct {
    int prepare, step; /* which one fails; < 0: none */
    long moment;       /* so many more instructions go well; < 0: all */
    bool spared;       /* what runs cannot fail */
    int asked;         /* accesses, so far */
    char *text[TEXTS]; /* that were run, so far */
    int count;
    sqlite3_stmt *stmt;   /* that fails next */
    sqlite3_stmt *within; /* runs within another one, and that does not */
    char failed[256];     /* what did; "": nothing */
} fault = { .prepare = -1, .step = -1, .moment = -1 };

static void begin(int prepare, int step)
{
    for (int i = 0; i < fault.count; i++)
        free(fault.text[i]);
    fault.count = fault.asked = 0;
    fault.stmt = fault.within = NULL;
    fault.failed[0] = '\0';
    fault.prepare = prepare;
    fault.step = step;
    fault.moment = -1;
    fault.spared = false;
}

void statement_fail_prepare(int n)
{
    begin(n, -1);
}

void statement_fail_step(int n)
{
    begin(-1, n);
}

void statement_fail_moment(int n)
{
    begin(-1, -1);
    fault.moment = n;
}

const char *statement_failed(void)
{
    return fault.failed;
}

static int on_access(void *self, int action, const char *a, const char *b, const char *db,
                     const char *within)
{
    (void)self;
    (void)b;
    (void)db;
    (void)within;
    if (action == SQLITE_READ || action == SQLITE_FUNCTION ||
        (action == SQLITE_TRANSACTION && strcmp(a, "ROLLBACK") == 0))
        return SQLITE_OK;
    if (*fault.failed || fault.asked++ != fault.prepare)
        return SQLITE_OK;
    (void)snprintf(fault.failed, sizeof(fault.failed), "access %d to %s", action, a ? a : "all");
    return SQLITE_DENY;
}

/* A step of these cannot fail without having done what it does. */
static bool is_transaction(const char *sql)
{
    static const char *const words[] = { "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strncmp(sql, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static void count(sqlite3_stmt *stmt, const char *sql)
{
    int i = 0;

    while (i < fault.count && strcmp(fault.text[i], sql) != 0)
        i++;
    if (i == fault.count && i < TEXTS)
        fault.text[fault.count++] = strdup(sql);
    if (i == fault.step && !*fault.failed)
        fault.stmt = stmt;
}

static int on_run(unsigned what, void *self, void *stmt, void *text)
{
    const char *sql = sqlite3_sql(stmt);

    (void)self;
    if ((fault.step < 0 && fault.moment < 0) || !sql)
        return 0;
    fault.spared = what == SQLITE_TRACE_STMT && is_transaction(sql);
    if (fault.step < 0)
        return 0;
    if (what == SQLITE_TRACE_PROFILE) {
        if (stmt == fault.within)
            fault.within = NULL;
        return 0;
    }
    /* Of a statement within another one, or of a trigger, it is a comment. */
    if (strncmp(text, "--", 2) == 0 && stmt != fault.stmt)
        fault.within = stmt;
    if (!is_transaction(sql))
        count(stmt, sql);
    return 0;
}

/* Whatever runs then. */
static int end_moment(void)
{
    if (fault.spared || *fault.failed || fault.moment-- > 0)
        return 0;
    (void)snprintf(fault.failed, sizeof(fault.failed), "whatever ran then");
    return 1;
}

static int on_progress(void *self)
{
    (void)self;
    if (fault.moment >= 0)
        return end_moment();
    if (!fault.stmt || (fault.within && fault.within != fault.stmt))
        return 0;
    fault.stmt = fault.within = NULL;
    (void)snprintf(fault.failed, sizeof(fault.failed), "%s", fault.text[fault.step]);
    return 1;
}

void statement_watch(sqlite3 *db)
{
    (void)sqlite3_set_authorizer(db, on_access, NULL);
    (void)sqlite3_trace_v2(db, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, on_run, NULL);
    sqlite3_progress_handler(db, 1, on_progress, NULL);
}
