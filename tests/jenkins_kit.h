/* jenkins_kit: polls of a jenkins source, one after the other, against whatever answers,
 * and in memory what a store would have of them. It names none of the source's structs,
 * so that it can stand beside those of the simulator. */
#ifndef JENKINS_KIT_H
#define JENKINS_KIT_H

#include <criterion/criterion.h>

#include <jansson.h>

#include <dxtop/record.h>

struct kit_answer {
    int status;
    const char *body, *head; /* until the next one */
    size_t len;
};
typedef struct kit_answer kit_server(void *self, const char *path, int64_t now_ms);

struct jenkins_kit {
    bool logs;
    kit_server *server;
    void *self;
    int64_t history_ms;
    size_t most;   /* requests of a poll; 0: as many as it asks for */
    bool may_fail; /* a poll: what it brought till then is kept, as the collector does */
    size_t requests, polls;
    /* by "PROJECT\nID" and "PROJECT\nID\nJOB": what the batch said of each last */
    json_t *cursors, *runs, *jobs;
    char notes[4000]; /* of all polls, a line each */
};
void kit_start(struct jenkins_kit *kit);
void kit_stop(struct jenkins_kit *kit);
/* false: the poll failed. */
bool kit_poll_once(struct jenkins_kit *kit, int64_t now_ms);
/* Until a poll has nothing to fill, and nothing is open. */
void kit_poll_all(struct jenkins_kit *kit, int64_t now_ms);
/* Those that are not of the queue, or are. */
size_t kit_runs(const struct jenkins_kit *kit, bool of_queue);

#endif
