/* internal: what the files of store/ share: the connection and its statements. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <sqlite3.h>

#include "store/store.h"
#include "store/touched.h"

/* The cursor of a source whose polls do not bring all its alerts. */
#define ALERTS_PART "'alerts:part'"

enum { STATEMENTS = 200, STATEMENT_SLOTS = 512 };

struct rows;
struct tape;
struct interned;
struct sweep;

struct statement {
    const char *sql; /* by address: each is a literal of its own */
    sqlite3_stmt *stmt;
    bool lent; /* to open rows */
    bool used; /* since the last rest */
};

struct known_source { /* what store_sources() said, to say it again in a new file */
    int64_t id;
    char *name, *type, *url;
    uint32_t yields;
    int64_t every_ms;
    int nth;
    int64_t bytes; /* received since we were told */
};

struct forgot {          /* by upkeep, so far */
    int64_t fit_ms;      /* what is before it goes earlier, for limit_bytes; 0: nothing */
    int64_t fit_said_ms; /* the fit_ms that was said */
    int64_t gone_ms;     /* runs that ended before it went, or will; 0: none */
    bool round_gone;     /* something went since it began with the first series */
    bool texts_freed;    /* runs went since texts were looked through last */
    int64_t swept_ms;    /* when that was begun; 0: not yet */
};

struct store {
    enum store_mode mode;
    sqlite3 *db;                       /* NULL: damaged or gone; the next begin tries again */
    char *path;                        /* in use */
    char where[256];                   /* why it is elsewhere, or what was moved aside */
    char pending[256];                 /* the same for the log, where no time was at hand */
    bool pending_put;                  /* the write under way has put it there */
    bool rings;                        /* it changes what viewers show */
    bool shared;                       /* the directory is a group's: files are 0660 */
    bool damaged;                      /* SQLite said so */
    int lock_fd, viewers_fd;           /* -1 */
    struct dx_error lock_error;        /* why the lock, which was free, was of no use */
    int busy_ms;                       /* so long another who writes is waited for */
    int64_t held_since_ms;             /* boot time since when one keeps us from writing; 0 */
    char held_by[STORE_WRITER];        /* who did last */
    int64_t fence;                     /* our number as holder of the lock */
    int64_t generation;                /* how often the file was opened */
    int64_t wal_bytes;                 /* that our last commit left in the WAL */
    int64_t frames_bytes;              /* in the WAL since it began anew */
    int64_t strain_bytes;              /* from here on it is too much */
    int64_t tried_bytes, tried_ms;     /* wal_bytes and boot time of the last checkpoint */
    int64_t stuck_since_ms;            /* boot time since when checkpoints do not finish; 0 */
    int64_t stuck_said_ms;             /* boot time when that was said last; 0 */
    int cache_kib;                     /* of pages */
    int64_t checked_ms;                /* boot time of the last quick_check; 0 */
    int64_t keep_ms;                   /* of records, where more is asked for than usual */
    int64_t limit_bytes;               /* that the file may have; 0: any number */
    struct forgot forgot;              /* what is older */
    int64_t sweep_id;                  /* upkeep went over the series up to this one */
    bool full;                         /* it is larger, and forgets */
    bool shrinks;                      /* there is more to give back to the system */
    bool left;                         /* a slice of what goes was full: there is more */
    struct sweep *sweep;               /* texts.c; NULL: not under way */
    int64_t seen_version, seen_change; /* store_change() gave this for that data version */
    bool in_read;                      /* from store_begin() on */
    bool in_write;                     /* from store_begin_write() on */
    int64_t past_ms; /* past.c: the moment of the derived tables that hide the file's; 0 */
    struct dx_error read_error, read_error_given;
    struct dx_error failed; /* the first failure since store_failed() was asked */
    int64_t undone;         /* commits and derivations that were rolled back */
    struct rows *open_rows;
    struct tape *tapes;        /* of the read transaction */
    struct arena foul;         /* of it, too: texts that had to be mended */
    struct interned *interned; /* numbers of texts, of the transaction's file; NULL: none */
    struct touched touched;    /* by the write under way */
    struct hauled *hauled;     /* haul.c: by the query under way; NULL: there is none */
    int64_t gathered;          /* records that were read to derive of them */
    store_derive_fn *derive;
    void *derive_self;
    struct known_source *known;
    size_t known_count;
    struct statement statements[STATEMENTS];
    size_t statement_count;
    int64_t forgot_ms;                           /* boot time when those that are not used went */
    unsigned char statement_at[STATEMENT_SLOTS]; /* by hash of the literal's address: a guess */
};

/* ---- sqlite.c: statements and transactions ---- */

/* The statement for this literal, reset and without bindings; NULL: *err. */
sqlite3_stmt *store_statement(struct store *store, const char *sql, struct dx_error *err);
/* The same, the borrower's own until given back: rows can be open side by side. */
sqlite3_stmt *store_borrow(struct store *store, const char *sql, struct dx_error *err);
void store_give_back(struct store *store, sqlite3_stmt *stmt); /* NULL is fine */
/* Step a statement that gives no rows, and reset it. */
bool store_step(struct store *store, sqlite3_stmt *stmt, struct dx_error *err);
/* Step to a row; *row says whether there is one. The caller resets. */
bool store_row(struct store *store, sqlite3_stmt *stmt, bool *row, struct dx_error *err);
/* The number that is the first column of the only row, and reset; it stays as it is where there is
 * no row. stmt NULL: it could not be prepared, *err says why. */
bool store_number(struct store *store, sqlite3_stmt *stmt, int64_t *number, struct dx_error *err);
/* The same of a question that needs nothing bound; 0 where there is no row. */
bool store_ask(struct store *store, const char *sql, int64_t *number, struct dx_error *err);
bool store_ask_of(struct store *store, const char *sql, int64_t id, int64_t *number,
                  struct dx_error *err); /* ?1: id */
bool store_exec(struct store *store, const char *sql, struct dx_error *err);
bool store_fail(struct store *store, struct dx_error *err); /* sqlite's words */

/* Run write(store, what, err) in a transaction of the lock's holder, whose fence
 * is checked in it; once more in a new file where the old one proved damaged. */
bool store_write(struct store *store, bool (*write)(struct store *, void *, struct dx_error *),
                 void *what, struct dx_error *err);
/* Within a write: viewers are to read anew. */
bool store_touch(struct store *store, struct dx_error *err);
bool store_begin_write(struct store *store, struct dx_error *err);
/* Not ok, or a statement since then failed, whoever passed over that: all is rolled back. */
bool store_end_write(struct store *store, bool ok, struct dx_error *err);
bool store_is_ours(struct store *store, struct dx_error *err); /* the fence; in a transaction */

void bind_text(sqlite3_stmt *stmt, int index, const char *text); /* must stay until the step */
void bind_copy(sqlite3_stmt *stmt, int index, const char *text); /* NULL: "" */
void bind_time(sqlite3_stmt *stmt, int index, int64_t ms);       /* 0: NULL */
void bind_number(sqlite3_stmt *stmt, int index, double value);   /* NaN: NULL */
const char *column_text(sqlite3_stmt *stmt, int column);         /* never NULL */
/* No moment and no count of ours needs more than 53 bits, and who adds and compares needs room:
 * what is more in a file, or less, is damage, or somebody's who may write there. */
int64_t column_int(sqlite3_stmt *stmt, int column);
int64_t bounded(int64_t n);

/* More cache while a back-fill writes everywhere. */
void store_cache(struct store *store, bool filling);

/* ---- open.c ---- */

/* Open the file, and make it where it is missing, which takes the lock for a
 * moment: at most patience_ms is waited for it. */
bool open_db(struct store *store, int patience_ms, struct dx_error *err);
void close_db(struct store *store);
bool is_damage(const struct store *store); /* the last error was the file's */
/* The file under our connection was moved aside or removed; or there is none. */
bool was_replaced(const struct store *store);

/* ---- held.c: another program that writes on and on ---- */

void held_patience(struct store *store); /* tells SQLite how long to wait */
/* A statement failed: was it for that? */
void held_note(struct store *store);
void held_over(struct store *store); /* we write */

/* ---- mend.c ---- */

/* The holder of the lock: begin a new file; a damaged one is moved aside. */
bool store_mend(struct store *store, struct dx_error *err);
/* Are the tables those of this version? A bit that flipped in their words is no damage to SQLite,
 * but a table or column that there is not. */
bool schema_is_whole(struct store *store);
/* Go on with the file that is in the path's place now. */
bool store_follow(struct store *store, struct dx_error *err);
void store_check(struct store *store); /* somebody found damage: look, and mend */

/* ---- place.c: where the database can lie ---- */

/* Writes the path to use into out (PATH_MAX) and why it is not the wanted one
 * into why. */
bool place_choose(const char *wanted, char *out, char why[256], struct dx_error *err);
/* The same of this path or none: *err then. */
bool place_stay(const char *at, char *out, char why[256], struct dx_error *err);
/* The name of a file system on which WAL or locks do not work; NULL: they do. */
const char *place_remote(unsigned long magic);
bool place_shared(const char *path); /* is its directory a group's? */

/* ---- lock.c ---- */

bool lock_take(struct store *store); /* only the flock */
/* Write our number and who we are. */
bool lock_claim(struct store *store, struct dx_error *err);
/* A file beside the database, made where there is none: a descriptor to close; -1. Never the
 * database itself, for closing that would drop SQLite's locks. */
int open_beside(const struct store *store, const char *suffix);
/* The lock for a moment, for who does not collect: a descriptor to close; -1. */
int lock_borrow(const struct store *store);

/* ---- sources.c, poll.c, alerts.c, log.c: parts of a commit ---- */

bool sources_restore(struct store *store, struct dx_error *err);
void sources_forget(struct store *store);
bool poll_put(struct store *store, const struct poll *poll, const struct batch *batch,
              struct dx_error *err);
/* A clock that was ahead was set back: forget what it noted of an alert's states. */
bool alert_come_back(struct store *store, int64_t alert, int64_t now_ms, struct dx_error *err);
bool alerts_put(struct store *store, const struct poll *poll, const struct batch *batch,
                struct dx_error *err);

struct entry {
    int64_t now_ms;
    enum dx_log_level level;
    const char *source, *text;
    bool standing; /* a warning that every poll repeats: others may come between */
};
bool log_put(struct store *store, const struct entry *entry, struct dx_error *err);
bool log_pending(struct store *store, int64_t now_ms, struct dx_error *err);

/* ---- alert_words.c, triage.c: what a wish of a viewer writes, in the transaction that takes it
 * ---- */

struct granting {
    const struct wish *wish;
    int64_t now_ms;
    struct dx_error *refused; /* why nothing was written; the wish is gone nevertheless */
};
bool word_put(struct store *store, int kind, const struct granting *g, struct dx_error *err);
bool verdict_put(struct store *store, const struct granting *g, struct dx_error *err);

/* ---- upkeep.c ---- */

enum { STRAIN_BYTES = 256 << 20, WAL_USUAL = 4 << 20 };
void upkeep_watch(struct store *store); /* of a connection just opened: count its WAL */
/* ?1 a moment or number, ?2 at most so many rows. */
bool forget(struct store *store, const char *sql, int64_t before, int rows, struct dx_error *err);

/* ---- query.c ---- */

void rows_end_all(struct store *store); /* what is still open has no more rows */

#endif
