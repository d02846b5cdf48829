/* facts: what the lines around the panels say, read from the store in one go:
 * what is wrong, and how the sources are. */
#ifndef APP_FACTS_H
#define APP_FACTS_H

#include <dxtop/panel.h>

#include "model/rows.h"

enum { FACTS_FINDINGS = 24, FACTS_SOURCES = 256, FACTS_MARKS = 4096 };

struct fact {
    enum dx_role role; /* DX_ROLE_BAD or DX_ROLE_WARN */
    char subject[96], sentence[200];
};

/* How a source is, at a glance; what is worse comes later. Stale: its last poll was good, and is
 * too long ago: nobody polls it any more. None: it has not been polled yet. */
enum light { LIGHT_LIVE, LIGHT_STALE, LIGHT_LIMITED, LIGHT_LOST, LIGHT_NONE };

struct light_look {
    enum dx_glyph glyph;
    enum dx_role role;
    const char *word;
};
extern const struct light_look light_looks[LIGHT_NONE]; /* of those that are shown */

struct fact_source {
    char name[48];
    enum light light;
};

struct facts {
    struct fact fact[FACTS_FINDINGS]; /* worst first */
    size_t fact_count;
    size_t bad, warn;           /* all of them, also those that did not fit */
    uint64_t mark[FACTS_MARKS]; /* what was counted: finding_mark(); 0: free */
    size_t mark_count;
    struct fact_source source[FACTS_SOURCES];
    size_t source_count;
    size_t lights[LIGHT_NONE + 1]; /* how many of each */
    bool judged;                   /* a panel is shown that can tell of something wrong */
    bool awaited;                  /* one is that could, if what it reads had been answered once */
    bool opened;    /* a panel shows the inside of a row: what its list would tell is not known */
    char back[64];  /* the key that closes it */
    bool failed;    /* a panel could not be read: what it would tell is not known */
    bool zoomed;    /* one panel has the whole page: what the others would tell is not known */
    bool redacted;  /* names have aliases */
    bool then;      /* they are of another moment than now */
    bool muted;     /* an alert holds that is not told: of little weight, or silenced */
    bool part;      /* of a source not all alerts came */
    bool numbers;   /* of the key numbers at least one was held against its goal */
    bool past_then; /* one whose answers are stale was past its goal */
    uint32_t stale_yields; /* what comes from sources whose answers are stale */
    double budget;         /* the smallest share of a limit that is left; NaN: none announced */
    int64_t last_ended_ms; /* of the last alert that ended, where none fires */
    char last_ended[96];
    int64_t ok_ms; /* the oldest last good answer of those that are not lost; 0: none */
};

/* That of a row of DX_QUERY_SOURCES. */
enum light facts_light(const struct rows_ops *ops, const void *rows, int64_t now_ms);

/* As of now_ms; what panels found is added by facts_add(), then facts_sort(). */
void facts_read(struct facts *facts, const struct reader *reader, int64_t now_ms);
/* The store could not be read: nobody knows whether what was live is. */
void facts_missed(struct facts *facts);
/* Key numbers past their goals, whichever view they are in; one that is told already is not
 * told again. */
void facts_numbers(struct facts *facts, const struct reader *reader, int64_t now_ms);
/* Counts one that is not said. false: it is counted already. */
bool facts_count(struct facts *facts, uint64_t mark);
/* The same finding is not said twice. */
void facts_add(struct facts *facts, enum dx_role role, const char *subject, const char *sentence);
void facts_sort(struct facts *facts); /* worst first, else in the order they were found */

#endif
