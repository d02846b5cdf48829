/* format: numbers with their units, everywhere alike. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "ui/widgets.h"

/* "12,340" */
static void thousands(char *out, size_t cap, double value)
{
    char digits[40];
    int n = snprintf(digits, sizeof(digits), "%lld", llrint(fabs(value))), o = 0;

    if (value < 0)
        out[o++] = '-';
    for (int i = 0; i < n && (size_t)o + 2 < cap; i++) {
        out[o++] = digits[i];
        if (i + 1 < n && (n - i - 1) % 3 == 0)
            out[o++] = ',';
    }
    out[o] = '\0';
}

/* Without the sign of what is rounded to none: -0 + 0 is 0. */
static double whole(double value)
{
    return rint(value) + 0.;
}

/* Three digits that say something: 0.012, 1.23, 12.3, 123, 1,234, 1.2 M. A number belongs to
 * the step that it is written in: 999,960,000 is no "1000.0 M". */
static void plain(char *out, size_t cap, double value)
{
    double size = fabs(value);

    if (size >= 1e15)
        (void)snprintf(out, cap, "%.2e", value);
    else if (size >= 999.95e6)
        (void)snprintf(out, cap, "%.1f G", value / 1e9);
    else if (size >= 999999.5)
        (void)snprintf(out, cap, "%.1f M", value / 1e6);
    else if (size >= 999.5)
        thousands(out, cap, value);
    else if (size >= 99.95 || size < 1e-9)
        (void)snprintf(out, cap, "%.0f", whole(value));
    else if (size >= 9.995)
        (void)snprintf(out, cap, "%.1f", value);
    else if (size >= 0.095)
        (void)snprintf(out, cap, "%.2f", value);
    else if (size >= 0.000995)
        (void)snprintf(out, cap, "%.3f", value);
    else
        (void)snprintf(out, cap, "%.1e", value);
}

static void bytes(char *out, size_t cap, double value)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
    size_t i = 0;

    while (fabs(value) >= 1023.5 && i + 1 < sizeof(units) / sizeof(units[0])) {
        value /= 1024;
        i++;
    }
    if (i > 0 && fabs(value) < 99.95)
        (void)snprintf(out, cap, "%.1f %s", value, units[i]);
    else
        (void)snprintf(out, cap, "%.0f %s", whole(value), units[i]);
}

static void seconds(char *out, size_t cap, double value)
{
    char text[TIME_TEXT];

    if (fabs(value) < 1e-3 && fabs(value) > 0.) /* is not none */
        (void)snprintf(out, cap, "%.2gms", value * 1e3);
    else if (fabs(value) < 0.9995 && fabs(value) > 0.)
        (void)snprintf(out, cap, "%.0fms", value * 1e3);
    else if (fabs(value) < 10 && fabs(value - round(value)) > 0.05)
        (void)snprintf(out, cap, "%.1fs", value);
    else
        (void)snprintf(out, cap, "%s",
                       duration_format(text, (int64_t)llround(value) * 1000, false));
}

const char *format_value(char *out, size_t cap, enum dx_unit unit, double value)
{
    char share[PERCENT_TEXT];

    if (isnan(value)) {
        (void)snprintf(out, cap, "–");
        return out;
    }
    if (isinf(value)) {
        (void)snprintf(out, cap, value > 0 ? "+Inf" : "-Inf");
        return out;
    }
    if ((unsigned)unit > DX_UNIT_BYTES_PER_S) /* the store of a newer version may have others */
        unit = DX_UNIT_NONE;
    value += 0.; /* -0 is 0 */
    switch (unit) {
    case DX_UNIT_NONE:
        plain(out, cap, value);
        break;
    case DX_UNIT_COUNT:
        if (fabs(round(value)) < 1e9 && !(fabs(value) < 0.5 && fabs(value) > 0.))
            thousands(out, cap, round(value));
        else
            plain(out, cap, value);
        break;
    case DX_UNIT_SECONDS:
        if (fabs(value) < 1e12)
            seconds(out, cap, value);
        else
            plain(out, cap, value);
        break;
    case DX_UNIT_RATIO:
        (void)snprintf(out, cap, "%s %%", text_percent(share, value * 100));
        break;
    case DX_UNIT_PERCENT:
        (void)snprintf(out, cap, "%s %%", text_percent(share, value));
        break;
    case DX_UNIT_BYTES:
        bytes(out, cap, value);
        break;
    case DX_UNIT_PER_S:
        plain(out, cap, value);
        (void)strncat(out, " /s", cap - strlen(out) - 1);
        break;
    case DX_UNIT_BYTES_PER_S:
        bytes(out, cap, value);
        (void)strncat(out, "/s", cap - strlen(out) - 1);
        break;
    }
    return out;
}
