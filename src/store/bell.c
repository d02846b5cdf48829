/* bell: who wrote rings, and who waits is woken by the kernel. The file that is watched is not the
 * WAL, which the collector's heartbeat writes too, and page by page before there is anything to
 * see; and each end hears the other one only. */
#include "config.h"

#include "store/bell.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_SYS_INOTIFY_H
#include <sys/inotify.h>
#endif

#include "core/log.h"
#include "core/mem.h"
#include "core/time.h"
#include "store/internal.h"

enum { REMIND_MS = 1900 }; /* a little less than the two seconds of timers */

static const char *const files[] = { [STORE_VIEW] = ".viewers", [STORE_COLLECT] = ".lock" };

/* ---- ringing ---- */

/* To the size that it has: the kernel calls that a change of the file, which stays as it is. */
void bell_ring(struct store *store)
{
    const bool ours = store->mode == STORE_COLLECT;
    int fd = ours ? store->lock_fd : open_beside(store, files[store->mode]);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) != 0 || ftruncate(fd, st.st_size) != 0))
        log_line(DX_LOG_DEBUG, "nobody hears that the store was written to");
    if (fd >= 0 && !ours)
        (void)close(fd);
}

/* ---- what the kernel says ---- */

#ifdef HAVE_SYS_INOTIFY_H

static const uint32_t RUNG = IN_MODIFY | IN_Q_OVERFLOW,
                      MOVED = IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_IGNORED;

/* The file that is in the path's place now; made where there is none yet. */
static bool listen_to(struct bell *bell)
{
    const char *file = files[bell->store->mode == STORE_VIEW ? STORE_COLLECT : STORE_VIEW];
    char *path = mem_print("%s%s", store_path(bell->store), file);
    int fd = open_beside(bell->store, file), before = bell->watch;

    if (fd >= 0)
        (void)close(fd);
    if (bell->fd < 0)
        bell->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    bell->watch = bell->fd < 0 ? -1 : inotify_add_watch(bell->fd, path, IN_MODIFY | MOVED);
    if (before >= 0 && bell->watch != before)
        (void)inotify_rm_watch(bell->fd, before);
    free(path);
    bell->owed = true;
    return bell->watch >= 0;
}

/* Since this was asked the last time? Where another file took the place, it may have been missed.
 */
static bool was_rung(struct bell *bell)
{
    char bytes[4096];
    struct inotify_event event;
    bool rung = false, moved = false;
    ssize_t len;

    while (bell->fd >= 0 && (len = read(bell->fd, bytes, sizeof(bytes))) > 0) {
        for (size_t at = 0; at + sizeof(event) <= (size_t)len; at += sizeof(event) + event.len) {
            memcpy(&event, bytes + at, sizeof(event));
            rung = rung || (event.mask & RUNG) != 0;
            moved = moved || (event.mask & MOVED) != 0;
            if ((event.mask & IN_IGNORED) && event.wd == bell->watch)
                bell->watch = -1;
        }
    }
    if (moved && !listen_to(bell))
        log_line(DX_LOG_DEBUG, "nobody tells of changes of the store any more");
    return rung || moved;
}

#else

static bool listen_to(struct bell *bell)
{
    (void)bell;
    return false;
}

static bool was_rung(struct bell *bell)
{
    (void)bell;
    return false;
}

#endif

/* ---- looking ---- */

static bool hears(const struct bell *bell)
{
    return bell->watch >= 0 && !bell->deaf;
}

static enum bell_found find(struct bell *bell)
{
    enum bell_found found = bell->what.look(bell->what.self);

    bell->owed = found == BELL_LEFT;
    bell->looked_ms = time_boot_ms();
    return found;
}

/* What comes within it is seen at its end, however much it is: meanwhile nothing wakes. */
static void pause_after(struct bell *bell, enum bell_found found)
{
    ev_io_stop(bell->loop, &bell->heard);
    ev_timer_stop(bell->loop, &bell->again);
    ev_now_update(bell->loop);
    ev_timer_set(&bell->again, bell->what.pause_s[found], 0.);
    ev_timer_start(bell->loop, &bell->again);
}

static void look(struct bell *bell)
{
    pause_after(bell, find(bell));
}

static void on_heard(struct ev_loop *loop, ev_io *io, int revents)
{
    struct bell *bell = io->data;

    (void)loop;
    (void)revents;
    if (was_rung(bell))
        look(bell);
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct bell *bell = timer->data;
    bool rung = was_rung(bell);

    (void)revents;
    if (bell->doubted && !rung && !bell->deaf)
        log_line(DX_LOG_INFO, "who writes into the store does not say so: it is looked at often");
    bell->deaf = !rung && (bell->deaf || bell->doubted);
    bell->doubted = false;
    if (rung || bell->owed || !hears(bell)) {
        look(bell);
        return;
    }
    ev_io_set(&bell->heard, bell->fd, EV_READ);
    ev_io_start(loop, &bell->heard);
}

void bell_remind(struct bell *bell)
{
    enum bell_found found;

    if (bell->watch < 0)
        (void)listen_to(bell);
    if (ev_is_active(&bell->again) || time_boot_ms() - bell->looked_ms < REMIND_MS)
        return;
    if (was_rung(bell)) {
        look(bell);
        return;
    }
    found = find(bell); /* mostly nothing: then there is no pause to be woken from */
    bell->doubted = found == BELL_SOMETHING;
    if (found != BELL_NOTHING)
        pause_after(bell, found);
}

void bell_init(struct bell *bell, struct ev_loop *loop)
{
    *bell = (struct bell){ .loop = loop, .fd = -1, .watch = -1 };
    ev_io_init(&bell->heard, on_heard, -1, EV_READ);
    bell->heard.data = bell;
    ev_timer_init(&bell->again, on_again, 0., 0.);
    bell->again.data = bell;
}

void bell_start(struct bell *bell, struct store *store, const struct bell_look *what)
{
    bell->store = store;
    bell->what = *what;
    if (!listen_to(bell))
        log_line(DX_LOG_INFO, "the kernel does not tell of changes: the store is looked at often");
    ev_now_update(bell->loop);
    ev_timer_set(&bell->again, what->pause_s[BELL_NOTHING], 0.);
    ev_timer_start(bell->loop, &bell->again);
}

void bell_stop(struct bell *bell)
{
    ev_io_stop(bell->loop, &bell->heard);
    ev_timer_stop(bell->loop, &bell->again);
    if (bell->fd >= 0)
        (void)close(bell->fd);
    bell->fd = bell->watch = -1;
}
