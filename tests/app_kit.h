/* app_kit: what the tests of app share: a program without a configuration file,
 * two views of panels that are the test's, and what is printed. */
#ifndef TESTS_APP_KIT_H
#define TESTS_APP_KIT_H

#include "app/viewer.h"
#include "store_kit.h"

struct app_kit {
    struct app app;
    struct viewer v;
    int updates;     /* of all panels */
    bool takes_long; /* they ask dx_later() */
    int list_rows;   /* that each list holds: "row 0" ... with the URL `url` */
    const char *url;
    const char *step; /* what enter pushes on the path; NULL: nothing */
    bool alerts;      /* the lists are of alerts, the second of which is claimed and snoozed */
};
extern struct app_kit a;
extern struct dx_panel kit_list, kit_paint; /* "list" with two columns, "paint" */

/* A store, and the views "One" (list | paint, below them list) and "Two" (list). */
void app_start(void);
void app_stop(void);

/* From here on stdout is kept; the text of it so far, that lives until the next call. */
void capture(void);
const char *captured(void);

/* A terminal on stdin and stdout, of this size; what came through it so far. */
void terminal_open(int rows, int cols);
const char *terminal_said(void);
void terminal_close(void);

/* A line of a grid as text, without the blanks at its end. */
const char *grid_line(const struct grid *grid, int row);
bool grid_shows(const struct grid *grid, const char *text);
/* The whole screen of this size, as it would be shown. */
const char *draw_frame(int rows, int cols);

#endif
