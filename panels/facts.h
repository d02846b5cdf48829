/* facts: how a source stands and what it costs, a line each; and the words for that. */
#ifndef PANELS_FACTS_H
#define PANELS_FACTS_H

#include <dxtop/panel.h>

enum { FACTS_MOST = 12 };

struct facts_look {
    enum dx_glyph glyph;
    enum dx_role role;
    const char *word; /* "live" */
};
extern const struct facts_look facts_looks[]; /* by enum dx_source_state */
extern const struct facts_look facts_stale;   /* live, and nobody polls it any more */

/* Of a row of DX_QUERY_SOURCES. */
const struct facts_look *facts_look(const struct dx_rows *rows, int64_t now_ms);
/* "filling: 1240 of 8600", "lost: it timed out". Returns out. */
const char *facts_words(const struct dx_rows *rows, const struct facts_look *look, char *out,
                        size_t cap);
/* "14:32:07", "–". Returns out. */
const char *facts_clock(int64_t at_ms, char *out, size_t cap);
/* The same; of another day "21 Sep 14:32:07". */
const char *facts_moment(char *out, size_t cap, int64_t at_ms, int64_t now_ms);

struct facts {
    char name[80], words[1000], url[600];
    const struct facts_look *look; /* NULL: there is no such source */
    struct fact {
        const char *label;
        char text[240];
    } line[FACTS_MOST];
    size_t count;
};

/* Of a row of DX_QUERY_SOURCES. */
void facts_take(struct facts *facts, const struct dx_rows *rows, int64_t now_ms);
/* In update(): of the source with this name. */
void facts_read(struct facts *facts, const struct dx_view *view, const char *source);
/* In draw(): from this row on. Returns the row behind it. */
int facts_draw(const struct facts *facts, struct dx_canvas *canvas, int row);

#endif
