/* source: a kind of system that can be polled. Two pure functions and what
 * they need to be told: they do no I/O, read no clock and keep nothing; the
 * same config, cursors and reply give the same records. Base URL,
 * authentication, TLS, ETags, back-off and the budget belong to the collector. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include <dxtop/panel.h>
#include <jansson.h>

#include "model/batch.h"

struct buf;    /* core/buf.h */
struct denied; /* source/denied.h */
struct plan;   /* the requests still to be sent in this poll (source/plan.h) */

struct reply {      /* to a request that the source asked for */
    unsigned step;  /* the source's own name for the request */
    int64_t detail; /* and what it wanted to remember of it */
    const char *detail_text;
    int status; /* 2xx, or one that the step said it accepts; 0: a program that failed */
    bool text;  /* PLAN_TEXT: body is lines between line feeds, each cleaned, at most 2,000 bytes */
    bool cut;   /* body is not whole: the end of a text, the beginning of what a program printed */
    bool too_large; /* its body passed max_body and was not read */
    const char *content_type;
    int64_t now_ms;  /* of the poll */
    int64_t date_ms; /* when the server made it, by its clock; 0: it does not say */
    const char *body;
    size_t len;
    const char *next;   /* URL of Link rel="next", same origin; "" none */
    bool astray;        /* there is one, of another origin: it is not followed */
    const char *head;   /* the headers, "name: value\n" each, names in lower case; see net/http.h */
    const json_t *json; /* body, parsed; NULL where it is not JSON (a text, an answer, a program) */
    bool shortened;     /* json is what `shorten` made of body */
};

/* Where the back-fill stands: 0 where nothing is known. */
struct cursors {
    int64_t (*get)(void *self, const char *name);
    /* The name of the next cursor behind this one, by bytes ("" begins); NULL: the
     * last. So that a source can keep a list, of the repositories it discovered.
     * The text lives until the next call. */
    const char *(*after)(void *self, const char *name);
    void *self;
};

/* What the store knows of runs: a source asks it, so that it need not keep
 * anything. */
enum known_run {
    KNOWN_NOT,   /* never seen */
    KNOWN_OPEN,  /* seen, but not done then, or its jobs did not all come */
    KNOWN_MOVED, /* done, but the server changed it since (updated_ms is later) */
    KNOWN_DONE,  /* done, and all of it is there */
};
struct open_run {
    const char *project, *id;
    int64_t attempt, seen_ms; /* when it was last in a reply, or asked for in vain */
    bool done;                /* it waits for its jobs only */
};
struct known_ticket {
    const char *project, *key, *id;
    unsigned parts; /* enum ticket_part: what the store has of it */
    bool done;
    int64_t created_ms, updated_ms;
    int64_t seen_ms; /* when it was last in a reply, to an hour */
};
enum known_change { /* a pull or merge request */
                    KNOWN_CHANGE_NOT,
                    KNOWN_CHANGE_LACKS, /* seen, and nobody had looked at it then */
                    KNOWN_CHANGE_REVIEWED,
};
struct lacking {
    const char *project, *id, *author;
};
struct known {
    enum known_run (*run)(void *self, const char *project, const char *id, int64_t attempt,
                          int64_t updated_ms);
    /* The open runs of a project ("": of all), those that go on first, then by their
     * last poll, the oldest first; they are asked for again by id. Texts live until
     * the next call. */
    size_t (*open)(void *self, const char *project, struct open_run *out, size_t cap);
    /* How many of them are done, and wait for their jobs only. */
    int64_t (*owed)(void *self);
    enum known_run (*ticket)(void *self, const char *key, int64_t updated_ms);
    /* Tickets of this source: those that lack one of these parts, the latest change
     * first; lacks 0: the open ones, the longest unseen first. Texts live until the next
     * call. */
    size_t (*tickets)(void *self, unsigned lacks, struct known_ticket *out, size_t cap);
    enum known_change (*change)(void *self, const char *project, const char *id);
    /* Changes of this source whose reviews are not known, the newest first. Texts live
     * until the next call. */
    size_t (*changes)(void *self, struct lacking *out, size_t cap);
    void *self;
};

/* What the option `token` becomes. */
enum source_auth {
    SOURCE_AUTH_BEARER,
    SOURCE_AUTH_PRIVATE_TOKEN, /* PRIVATE-TOKEN: ... */
    SOURCE_AUTH_BASIC,         /* `user` (may be empty) and the token, as a password */
    SOURCE_AUTH_USER,          /* with `user` as BASIC, without as BEARER */
};

struct source {
    const char *name; /* "type: prometheus" */
    const char *summary;
    uint32_t yields;  /* 1u << enum dx_kind, or-ed */
    unsigned version; /* of the decoder: a new one drops the ETags */
    size_t config_size;
    const struct dx_option *options;
    const char *every;   /* default interval: "15s" */
    const char *history; /* default of `history`; NULL: "24h" */
    const char *url;     /* default of `url`; NULL: it has to be given */
    enum source_auth auth;
    const char *accept;         /* NULL: application/json */
    const char *const *headers; /* sent with each request, "Name: value"; ends at NULL; NULL none */
    /* Instead of a server, a program is asked: its argv (ends at NULL). begin()
     * is not called, and decode() gets what it printed. NULL: a server. */
    const char *const *(*command)(const void *config);
    struct dx_items (*variables)(const void *config); /* of const char *: that it sees too */

    /* Less than `yields`, where the configuration says so; may be NULL. */
    uint32_t (*yields_of)(const void *config);
    /* More than the option table can say; may be NULL. */
    bool (*check)(const void *config, struct dx_error *err);
    /* How far back it fills, where its options ask for more than the source's
     * history; may be NULL. */
    int64_t (*reach)(const void *config, int64_t history_ms);
    /* Before the collector asks anything of any server: what may not be done while requests
     * are under way. May be NULL. */
    void (*prepare)(const struct cursors *cursors);
    /* Ask for what a poll starts with. */
    void (*begin)(const void *config, const struct cursors *cursors, struct plan *plan);
    /* The next request may be sent before a reply is decoded: what that asks for at once
     * (plan_at_once()) then comes after it. */
    bool ahead;
    /* Of a list in an answer so many entries at most are read, some times as many as are asked for:
     * who sends more is not what was asked, and would keep the decoder busy for minutes. 0: any. */
    size_t list_most;
    /* The ids of runs are counted over all projects of the server: see struct poll. */
    bool ids_are_unique;
    bool tries_are_counted; /* those of jobs are, by the source: see there, too */
    /* Turn one reply into records; may ask for more. false: the poll failed. */
    bool (*decode)(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err);
    /* Write the body of a reply to decode() into out, without what would cost too much memory as
     * JSON, and only where it is fine in itself; decode() finds it in the body. false: nothing of
     * the kind. May be NULL. */
    bool (*shorten)(const struct reply *reply, struct buf *out);
    /* A reply with a status that is no success: say in words what the server
     * meant. May be NULL; net's own words are in *err already. reply->json is
     * NULL where the body is not JSON; then, unless this changes *err, what the
     * page or the plain text says is put behind net's words. */
    void (*refused)(const void *config, const struct reply *reply, struct dx_error *err);
    /* A reply that failed with err: where it was too much for the server or for
     * max_body, ask for less instead, or leave it out by name and go on. false:
     * it was not, or there is no less. May be NULL. */
    bool (*less)(const void *config, const struct reply *reply, const struct dx_error *err,
                 struct plan *plan, struct batch *batch);
    /* Count those that it wants, and those of them that it may not read, as the store has it
     * and, where it is not NULL, as the batch has it now (see source/denied.h). May be NULL. */
    void (*denied)(const void *config, struct plan *plan, struct batch *batch, struct denied *out);
    /* Ask for what `check` needs: the version, who we are. decode() reads it. */
    void (*probe)(const void *config, struct plan *plan);
    /* Which scopes, permissions or roles suffice for what is configured, for `check`; may be
     * NULL. */
    const char *(*scopes)(const void *config, struct arena *arena);
    /* A list of repositories led to n requests of a step: how many of them an hour of so
     * many polls will take that count, when all is known. NULL: n a poll. */
    double (*counted)(unsigned step, size_t n, double polls);
};

struct parsed {
    json_t *json;       /* to be read only; NULL: it is none */
    size_t mended;      /* places */
    struct arena arena; /* holds it */
};
/* The same way from bytes to JSON, for decoders that find it in pieces. json NULL: *why. */
struct parsed source_parse(const char *body, size_t len, json_error_t *why);
void parsed_done(struct parsed *parsed);

extern const struct source *const sources[]; /* ends at NULL */
extern const struct source source_prometheus;
extern const struct source source_alertmanager;
extern const struct source source_gitlab;
extern const struct source source_github;
extern const struct source source_exec;
extern const struct source source_jenkins;
extern const struct source source_azure;
extern const struct source source_jira;
extern const struct source source_servicenow;
const struct source *source_find(const char *name); /* NULL: there is none */

/* Repair and parse reply->body (see source/repair.h), then let source decode
 * it; errors start with nothing but say what is wrong. A body that is HTML or
 * not JSON fails with a sentence that names what came instead; where it is a text,
 * an answer that is no success or a 204, or printed by a program, decode() takes it so. */
bool source_decode(const struct source *source, const void *config, const struct reply *reply,
                   struct plan *plan, struct batch *batch, struct dx_error *err);

/* The same for a reply that is no success: lets the source put what the server
 * said into *err, which holds net's own words. */
void source_refused(const struct source *source, const void *config, const struct reply *reply,
                    struct dx_error *err);

/* A reply that failed with *err: true where the source goes on all the same, see
 * `less`. */
bool source_less(const struct source *source, const void *config, const struct reply *reply,
                 const struct dx_error *err, struct plan *plan, struct batch *batch);

#endif
