/* tie: what tickets name, and who names it: the pools, pipelines and failing jobs in a
 * ticket's texts with how they stand, and the open tickets of one of them. */
#ifndef PANELS_TIE_H
#define PANELS_TIE_H

#include "ci.h"

struct tie_named {
    const char *kind;           /* "pool" */
    char name[240], stand[120]; /* "linux-xl", "18 wait, the oldest 11m 40s" */
    enum dx_role role;          /* of the latter: loud where it is in trouble */
};
/* In update(): what the ticket with this key names. How many, also where that is more than cap. */
size_t tie_named(const struct dx_view *view, const char *ticket, struct tie_named *out, size_t cap);

/* In update(): the note of a list of what is in the thing with this key: "oldest first",
 * or where open tickets name it "DX-412, DX-399 · oldest first". */
/* In update(): "DX-412, DX-399 +1": the open tickets that name the thing with this key. How many.
 */
int tie_names(const struct dx_view *view, const char *key, char *out, size_t cap);
void tie_note(const struct dx_view *view, struct dx_list *list, const char *key, const char *note);

/* A column of the open tickets that name each row. */
#define TIE_COLUMN(priority)                                                                       \
    {                                                                                              \
        "TICKETS", DX_CELL_TEXT, DX_UNIT_NONE, priority, 6, 14, DX_FIT_LEFT,                       \
            "the most urgent open ticket that names it, and how many others do"                    \
    }
struct tie_marks;
/* In update(): NULL: nothing is named. tie_marks_free() it. */
struct tie_marks *tie_marks_read(const struct dx_view *view);
void tie_marks_free(struct tie_marks *marks); /* NULL is fine */
/* For that column; its text lives as long as the marks. */
struct dx_cell tie_cell(const struct tie_marks *marks, const char *key);

#endif
