/* levels: inside of the host: what the drill-down of host.h begins with. */
#ifndef PANEL_LEVELS_H
#define PANEL_LEVELS_H

struct dx_row;
struct instance;

/* The panel's own columns, as its options ask; state is there. */
void levels_begin(struct instance *instance);
void levels_end(struct instance *instance);
/* Of a panel that paints its own level: what Enter opens there. */
void levels_whole(struct instance *instance, const struct dx_row *row);

#endif
