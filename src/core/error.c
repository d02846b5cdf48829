/* error: filling in the value that functions which can fail hand out. */
#include "config.h"

#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

bool dx_fail(struct dx_error *err, enum dx_fault fault, const char *fmt, ...)
{
    va_list ap;

    err->fault = fault;
    err->retry_after_s = 0;
    va_start(ap, fmt);
    (void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    return false;
}

const char *fault_name(enum dx_fault fault)
{
    switch (fault) {
    case DX_FAULT_NONE:
        return "none";
    case DX_FAULT_CONFIG:
        return "configuration";
    case DX_FAULT_AUTH:
        return "authentication";
    case DX_FAULT_LIMITED:
        return "limited";
    case DX_FAULT_NETWORK:
        return "network";
    case DX_FAULT_REPLY:
        return "reply";
    case DX_FAULT_SYSTEM:
        return "system";
    }
    return "unknown";
}
