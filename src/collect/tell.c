/* tell: what is said of a source as its polls go. */
#include "config.h"

#include "collect/tell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "core/time.h"

enum { SKEW_WARN_MS = 5000, WORDS = 400 };

static void say(const struct teller *teller, struct batch *batch, enum dx_log_level level,
                const char *fmt, ...) DX_PRINTF(4, 5);

static void say(const struct teller *teller, struct batch *batch, enum dx_log_level level,
                const char *fmt, ...)
{
    char words[WORDS];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    batch_note(batch, level, "%s", words);
    log_line(level, "%s: %s", teller->name, words);
}

void tell_reply(const struct teller *teller, const char *path, const struct http_reply *from)
{
    int len = (int)strcspn(path, "?");

    if (from->error)
        log_line(DX_LOG_DEBUG, "%s: %.*s: no answer after %" PRId64 " ms, %" PRId64 " bytes",
                 teller->name, len, path, from->latency_ms, from->bytes);
    else
        log_line(DX_LOG_DEBUG, "%s: %.*s: %d, %" PRId64 " bytes, %" PRId64 " ms%s", teller->name,
                 len, path, from->status, from->bytes, from->latency_ms,
                 from->status == 304 ? ", as it was" : "");
}

void tell_poll(const struct teller *teller, const struct batch *batch, size_t requests,
               int64_t wait_ms, const struct dx_error *err)
{
    char wait[TIME_TEXT];

    for (size_t i = 0; i < batch->note_count; i++)
        log_line(DX_LOG_DEBUG, "%s: note: %s", teller->name, batch->notes[i].text);
    log_line(DX_LOG_DEBUG,
             "%s: poll %s: %zu requests, %zu series, %zu samples, %zu alerts; next in %s%s%s",
             teller->name, err ? "failed" : "done", requests, batch->series_count,
             batch->sample_count, batch->alert_count, duration_format(wait, wait_ms, false),
             err ? ": " : "", err ? err->text : "");
}

void tell_state(struct teller *teller, struct batch *batch, int64_t now_ms,
                enum dx_source_state state, const struct dx_error *err)
{
    char ago[TIME_TEXT];

    if (state == teller->state)
        return;
    switch (state) {
    case DX_SOURCE_NEW:
    case DX_SOURCE_FILLING:
        break;
    case DX_SOURCE_LIVE:
        if (teller->lost_ms > 0)
            say(teller, batch, DX_LOG_INFO, "back after %s",
                duration_format(ago, now_ms - teller->lost_ms, true));
        else if (teller->state == DX_SOURCE_NEW)
            say(teller, batch, DX_LOG_INFO, "live");
        teller->lost_ms = 0;
        break;
    case DX_SOURCE_LIMITED:
        say(teller, batch, DX_LOG_WARN, "%s", err ? err->text : "slowed down by its budget");
        break;
    case DX_SOURCE_LOST:
    case DX_SOURCE_STOPPED:
        if (teller->lost_ms == 0)
            teller->lost_ms = now_ms;
        say(teller, batch, state == DX_SOURCE_LOST ? DX_LOG_WARN : DX_LOG_ERROR, "%s: %s",
            state == DX_SOURCE_LOST ? "lost" : "stopped", err ? err->text : "");
        break;
    }
    teller->state = state;
}

void tell_skew(struct teller *teller, struct batch *batch, int64_t skew_ms)
{
    bool far = skew_ms > SKEW_WARN_MS || skew_ms < -SKEW_WARN_MS;

    if (far && !teller->skewed)
        say(teller, batch, DX_LOG_WARN, "its clock is %" PRId64 " s %s ours",
            (skew_ms < 0 ? -skew_ms : skew_ms) / 1000, skew_ms > 0 ? "ahead of" : "behind");
    teller->skewed = far;
}

void tell_waiting(struct teller *teller, struct batch *batch, bool waits, struct dx_error *error)
{
    static const char words[] = "the back-fill waits: a reader keeps the store from being tidied";

    if (waits && error->fault == DX_FAULT_NONE)
        (void)dx_fail(error, DX_FAULT_SYSTEM, "%s", words);
    if (waits && !teller->waiting)
        say(teller, batch, DX_LOG_WARN, "%s", words);
    else if (teller->waiting && !waits)
        say(teller, batch, DX_LOG_INFO, "the back-fill goes on");
    teller->waiting = waits;
}
