/* store: what both programs share, in SQLite (WAL). The collector writes
 * records, everybody reads; a viewer writes wishes only. All SQL is here. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "model/batch.h"
#include "model/rows.h"

enum { STORE_SCHEMA = 8 };

struct store;

enum store_mode { STORE_VIEW, STORE_COLLECT };

/* Open or, to collect, make the store at path (directories 0700, file 0600; with
 * shared directories the directory's own mode rules). A path on a file system
 * where WAL or locks do not work (nfs, smb, fuse ...), or that cannot be written,
 * is replaced, see store_where(). Viewing a store that does not exist yet makes
 * it empty. A damaged file is moved aside whole, to <path>.damaged, by the
 * collector that holds the lock; a viewer's store_begin() says DX_FAULT_SYSTEM
 * until then (store_open() gives it the store all the same, so that it can start
 * a collector), and goes on with the new file then. NULL: *err; CONFIG where the
 * file is a database of something else. */
struct store *store_open(const char *path, enum store_mode mode, struct dx_error *err);
/* To collect into the file at, which somebody else has open or looks for there: nowhere else,
 * whatever becomes of the directory. path: where it should be. */
struct store *store_open_at(const char *path, const char *at, struct dx_error *err);
void store_close(struct store *store);
const char *store_path(const struct store *store); /* in use */
const char *
store_where(const struct store *store); /* why it is elsewhere, or was moved aside; "" */

/* ---- the lock: whoever holds it collects ---- */

/* Take <path>.lock without waiting. true: ours until store_close() or the end
 * of the process, and every commit checks the new fencing number. */
bool store_lock(struct store *store);
/* store_lock() did not take it though nobody else has it: *err says why. */
bool store_lock_failed(const struct store *store, struct dx_error *err);
struct holder {
    bool held; /* somebody has the lock */
    int64_t pid;
    char host[64];
    int64_t heartbeat_ms, boot_ms; /* Unix ms; CLOCK_BOOTTIME of the last beat */
};
bool store_is_held(struct store *store); /* the first of these alone, without reading the store */
void store_holder(struct store *store, struct holder *holder);
bool store_heartbeat(struct store *store, int64_t now_ms, struct dx_error *err); /* every 2 s */
/* A write failed because another program writes in the file and has not ended for 5 s: nothing is
 * wrong, and the same can be tried again; until it succeeds nothing waits for so long again. Who
 * that is, also when it is over: "sqlite3 (process 4711)"; *ms: for how long, now. */
bool store_is_held_up(const struct store *store);
const char *store_held_by(const struct store *store, int64_t *ms);
/* Who writes just now, this process aside: its number, 0: nobody, or it cannot be told; and its
 * name as above, then "another program". */
enum { STORE_WRITER = 100 };
int64_t store_writer(const struct store *store, char name[STORE_WRITER]);
/* Viewers share <path>.viewers, so that a collector whose own viewer ended
 * knows whether others are there. */
bool store_view_lock(struct store *store);
bool store_has_viewers(struct store *store);

/* ---- writing: the collector ---- */

struct source_row { /* what the configuration says of a source */
    const char *name, *type, *url;
    uint32_t yields;
    int64_t every_ms;
};
/* Make the store know exactly these sources, in this order; fills ids. Identity is type + url. */
bool store_sources(struct store *store, const struct source_row *rows, size_t count, int64_t *ids,
                   struct dx_error *err);

struct poll {         /* how a poll of a source ended */
    int64_t source;   /* id */
    const char *name; /* of the source, for the log */
    bool ok;          /* what it brought is good, even where error says that a part failed */
    enum dx_source_state state;
    struct dx_error error; /* DX_FAULT_NONE: nothing to say */
    int64_t now_ms, next_ms, every_ms, latency_ms, bytes;
    int64_t history_ms;                 /* so far back all is asked for; 0: nobody says */
    int64_t limit, remaining, reset_ms; /* limit 0: none announced */
    double per_hour;
    int64_t skew_ms;
    bool skew_known;
    bool piece;   /* the rest of what it brings comes later: lists are in that */
    bool filling; /* it brought history: what is derived of it may come some slices later */
    /* The server counts the runs of all its projects in one: what comes by another project's name
     * is the same run, and the project was renamed. */
    bool ids_are_unique;
    /* The attempts of a job are counted by those that came, so they may be more than they seemed:
     * of an id there is one job. */
    bool tries_are_counted;
};
/* Called within each commit that changed runs, jobs or pools, history aside: compute
 * anew what is derived of them. false undoes the commit. */
struct touched;
typedef bool store_derive_fn(void *self, struct store *store, const struct touched *touched,
                             int64_t now_ms, struct dx_error *err);
void store_on_derive(struct store *store, store_derive_fn *derive, void *self);

struct etag {
    const char *key, *value; /* URL + Accept + decoder version; the hash of who asked, and it */
};
/* Everything in one transaction, with the derived rows of what was touched;
 * batch NULL: the poll failed and only its state is written. */
bool store_commit(struct store *store, const struct poll *poll, const struct batch *batch,
                  const struct etag *etags, size_t etag_count, struct dx_error *err);
/* Several questions in a row, by the lock's holder: in one transaction they take the
 * file's locks once. A write ends it too. */
void store_look(struct store *store); /* begins it, unless it is begun */
void store_look_end(struct store *store);
int64_t store_cursor(struct store *store, int64_t source, const char *name);
/* The name of the next cursor behind this one, by bytes; NULL: there is none.
 * Copied into out. */
const char *store_cursor_after(struct store *store, int64_t source, const char *name, char *out,
                               size_t cap);
/* Copy of the ETag kept for key, "" none. Returns out. */
const char *store_etag(struct store *store, const char *key, char *out, size_t cap);
/* What is known of a run of a source (id). updated_ms 0: the server does not say. One that is
 * done and whose server could not give all of it is put off, and until then as if it were
 * whole. */
enum stored_run { STORED_NOT, STORED_OPEN, STORED_MOVED, STORED_DONE };
struct run_key {
    int64_t source, attempt;
    const char *project, *id;
};
enum stored_run store_run(struct store *store, const struct run_key *of, int64_t updated_ms,
                          int64_t now_ms);
/* The runs of a project ("": of all) that are not done, then those whose jobs did not
 * all come, that are younger than 35 days or moved since, the longest unseen first. Texts belong to
 * the arena. */
struct stored_open {
    const char *project, *id;
    int64_t attempt, seen_ms;
    bool done;
};
struct open_of {
    int64_t source, now_ms;
    int64_t history_ms; /* so far back all is asked for; 0: not further than 35 days */
    const char *project;
};
size_t store_open_runs(struct store *store, const struct open_of *of, struct stored_open *out,
                       size_t cap, struct arena *arena);
/* How many of all projects' are done: only what the server has of their jobs is missing. */
int64_t store_owed_runs(struct store *store, const struct open_of *of);
enum stored_run store_ticket(struct store *store, int64_t source, const char *key,
                             int64_t updated_ms);
/* Tickets of a source that lack one of these parts (enum ticket_part), the latest
 * change first; lacks 0: the open ones, the longest unseen first. Texts belong to the
 * arena. */
struct stored_ticket {
    const char *project, *key, *id;
    unsigned parts;
    bool done;
    int64_t created_ms, updated_ms, seen_ms;
};
struct tickets_of {
    int64_t source;
    unsigned lacks;
};
size_t store_tickets(struct store *store, const struct tickets_of *of, struct stored_ticket *out,
                     size_t cap, struct arena *arena);
/* Of a pull or merge request, whether somebody looked at it. */
enum stored_change { STORED_CHANGE_NOT, STORED_CHANGE_LACKS, STORED_CHANGE_REVIEWED };
enum stored_change store_known_change(struct store *store, int64_t source, const char *project,
                                      const char *id);
/* Those of a source whose reviews are not known, the newest first. Texts belong to the
 * arena. */
struct lacking_change {
    const char *project, *id, *author;
};
size_t store_lacking_changes(struct store *store, int64_t source, struct lacking_change *out,
                             size_t cap, struct arena *arena);
/* The same text of a source again within an hour is counted: "... (×12)". */
bool store_log(struct store *store, int64_t now_ms, enum dx_log_level level, const char *source,
               const char *text, struct dx_error *err);
/* Between commits, every minute: checkpoint; prune a slice of what is past its
 * retention (samples and polls 70 days; alerts and the log 400 days, the log
 * 10,000 rows). false: *err is for the log. */
bool store_upkeep(struct store *store, int64_t now_ms, struct dx_error *err);
/* A history that is filled back further than samples, runs and jobs are kept raises how long. */
void store_keep(struct store *store, int64_t ms);
/* The size in bytes that the store is to have at most; 0: any. Where it is larger, upkeep
 * forgets the oldest days of runs, jobs and samples, and gives what is free in the file back to
 * the system; and is to be called soon again as long as it is full. Tickets and what was made of
 * days stay. */
bool store_limit(struct store *store, int64_t bytes, struct dx_error *err);
bool store_is_full(const struct store *store);
/* Did upkeep leave something to the next one? Who ends has no next one. */
bool store_owes_upkeep(const struct store *store);
/* After each commit: checkpoint where the WAL has grown by some MiB. false: *err
 * is for the log, at most once a minute. */
bool store_tidy(struct store *store, struct dx_error *err);
/* Between commits, when there is nothing to do for a while: give back what pages and
 * texts are kept in memory, and the statements that were not used since the last time; a collector
 * keeps those of the last minute and a half. */
void store_rest(struct store *store);
void store_forget(struct store *store); /* its prepared statements; no rows are open */
/* A reader has kept more than 256 MiB in the WAL: what can wait is not to be
 * written now. */
bool store_is_strained(const struct store *store);
int64_t store_wal_bytes(const struct store *store); /* the file's size */

/* ---- runbooks ---- */

struct stored_runbook {
    const char *path, *title, *text;
    int64_t changed_ms, size;
};
/* How the store knows a file: false where it is not there or was other then. */
bool store_has_runbook(struct store *store, const char *path, int64_t changed_ms, int64_t size);
size_t store_runbook_count(struct store *store);
/* These are all there are; of one whose text is NULL what is there stays. */
bool store_put_runbooks(struct store *store, const struct stored_runbook *runbooks, size_t count,
                        struct dx_error *err);

/* ---- wishes: the one thing viewers write ---- */

/* Waits 50 ms at most. A wish that is already there is not written again; not
 * within a read transaction. */
bool store_wish(struct store *store, const char *what, const char *arg, struct dx_error *err);
/* "poll", "prom"; "claim" and "snooze": see store/alerting.h; "triage", "t12 accept runners" or
 * "t12 ignore"; "check". */
enum { WISH_ARG = 1300 };
struct wish {
    int64_t id; /* 0: there is none */
    char what[16], arg[WISH_ARG];
};
/* Collector: the oldest that waits. It waits until it is granted. */
bool store_next_wish(struct store *store, struct wish *wish, struct dx_error *err);
/* What it writes is written, and it waits no more, both or neither (false: it waits still).
 * *refused: the words why nothing was written. A poll is the caller's to begin. */
bool store_grant_wish(struct store *store, const struct wish *wish, int64_t now_ms,
                      struct dx_error *refused, struct dx_error *err);

/* ---- reading: viewers ---- */

/* Changes when somebody else committed, or another file took the place; -1: there
 * is none to read now. */
int64_t store_data_version(struct store *store);
/* The same, but still where only the collector's heartbeat and wishes moved. */
int64_t store_change(struct store *store);
/* A read transaction, to be held for one update() only. */
bool store_begin(struct store *store, struct dx_error *err);
/* Did a statement fail since this was asked the last time? Also one whose function has no
 * error of its own, and gave "nothing". */
bool store_failed(struct store *store, struct dx_error *err);
void store_end(struct store *store);
struct reader store_reader(struct store *store);
/* Of the aliases that stand for what is private (core/alias.h); made by the first who took the
 * lock. false: there is none yet. */
bool store_alias_key(struct store *store, unsigned char key[16]);

#endif
