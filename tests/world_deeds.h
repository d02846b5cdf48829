/* world_deeds: what the files of world_kit share. */
#ifndef TESTS_WORLD_DEEDS_H
#define TESTS_WORLD_DEEDS_H

#include "world_kit.h"

enum { CI, DESK, AM, PROM }; /* of struct world, id */

/* A poll of a source with what it brought, which is emptied; NULL: it failed. */
bool world_commit(struct world *w, int source, int64_t now_ms, struct batch *b,
                  struct dx_error *err);

typedef bool world_deed_fn(struct world *w, struct dx_error *err);
world_deed_fn world_runs, world_more_runs, world_queue, world_queue_moves, world_queue_is_empty,
    world_outage, world_outage_was_earlier, world_changes;
world_deed_fn world_tickets, world_more_tickets, world_renamed_project, world_alerts,
    world_fewer_alerts, world_samples, world_other_unit;
world_deed_fn world_accept, world_take_back, world_grant, world_rules, world_rules_end,
    world_notice_begins, world_notices_are_lost, world_snooze;

#endif
