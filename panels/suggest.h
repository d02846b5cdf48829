/* suggest: what may help with a ticket or a failed job: the category that tickets like it
 * had, the most similar ones that were resolved, and runbooks. A suggestion: a person
 * accepts or ignores it. */
#ifndef PANELS_SUGGEST_H
#define PANELS_SUGGEST_H

#include <dxtop/panel.h>

enum { SUGGEST_MOST = 3, SUGGEST_CATEGORY = 256 };

struct suggestion {
    char name[120], title[300];
    char found[300]; /* where the words are, in [brackets] */
    char url[600];
};

struct suggestions {
    char category[SUGGEST_CATEGORY]; /* of most that are like it; "": none is likely */
    int64_t votes, of;               /* so many of the similar ones have it */
    bool looking;                    /* for tickets like it: nothing is known of them yet */
    enum dx_verdict verdict;
    char accepted[SUGGEST_CATEGORY]; /* the category that a person accepted */
    struct suggestion tickets[SUGGEST_MOST], runbooks[SUGGEST_MOST];
    size_t ticket_count, runbook_count;
    char accept[32], ignore[32], undo[32]; /* what is typed for it */
};

/* In update(): for the ticket or job with this key. */
void suggest_read(struct suggestions *out, const struct dx_view *view, const char *key);
struct suggest_place {
    int row, end; /* from this row up to that one */
    int label;    /* columns of the labels at the left */
};
/* In draw(); returns the row behind it. */
int suggest_draw(const struct suggestions *s, struct dx_canvas *canvas, struct suggest_place at);
/* In event(): what a person says of them, for the ticket with this key. */
enum dx_reply suggest_event(const struct suggestions *s, const struct dx_event *event,
                            struct dx_host *host, const char *key);

#endif
