/* faults: what can go wrong on request. */
#include "config.h"

#include "sim/faults.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum fault_kind kind;
    int64_t fallback;
} names[] = {
    { "latency", FAULT_LATENCY, 1000 },  { "status", FAULT_STATUS, 503 },
    { "limit", FAULT_LIMIT, 30 },        { "limit-date", FAULT_LIMIT_DATE, 30 },
    { "truncate", FAULT_TRUNCATE, 100 }, { "drip", FAULT_DRIP, 1 },
    { "reset", FAULT_RESET, 0 },         { "html", FAULT_HTML, 0 },
    { "type", FAULT_TYPE, 0 },           { "hang", FAULT_HANG, 0 },
    { "bad-json", FAULT_BAD_JSON, 0 },   { "bad-utf8", FAULT_BAD_UTF8, 0 },
    { "big", FAULT_BIG, 16 << 20 },      { "redirect", FAULT_REDIRECT, 1 },
};

bool fault_parse(struct fault *fault, const char *text, struct dx_error *err)
{
    size_t len = strcspn(text, ":");

    *fault = (struct fault){ .kind = FAULT_NONE };
    if (!*text)
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i].name) == len && strncmp(names[i].name, text, len) == 0) {
            fault->kind = names[i].kind;
            fault->argument = text[len] ? strtoll(text + len + 1, NULL, 10) : names[i].fallback;
            return true;
        }
    }
    return dx_fail(err, DX_FAULT_CONFIG,
                   "unknown fault \"%.40s\"; there are latency:MS status:N limit:S limit-date:S "
                   "truncate:BYTES drip:BYTES reset html type hang bad-json bad-utf8 big:BYTES "
                   "redirect:PORT",
                   text);
}
