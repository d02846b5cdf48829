/* overview_text: key numbers in words. */
#include "overview.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* In tiles the two units of a span stand apart. */
static void set_apart(char *out, const char *text)
{
    size_t n = 0;

    for (const char *p = text; *p && n + 2 < TILE_TEXT; p++) {
        out[n++] = *p;
        if (strchr("dhm", *p) && p[1] >= '0' && p[1] <= '9')
            out[n++] = ' ';
    }
    out[n] = '\0';
}

const char *tile_number(char *out, enum dx_unit unit, double value)
{
    char number[TILE_TEXT];

    (void)dx_format(number, sizeof(number), unit, value);
    if (unit == DX_UNIT_SECONDS)
        set_apart(out, number);
    else
        (void)snprintf(out, TILE_TEXT, "%s", number);
    return out;
}

bool tile_is_range(const struct tile *tile)
{
    return tile->unit == DX_UNIT_RATIO && tile->high - tile->low >= 0.0005;
}

const char *tile_value(char *out, const struct tile *tile)
{
    if (tile_is_range(tile)) {
        (void)ci_share_range(out, TILE_TEXT, tile->low, tile->high);
        return out;
    }
    return tile_number(out, tile->unit, tile->value);
}

const char *tile_value_brief(char *out, const struct tile *tile)
{
    if (tile_is_range(tile)) { /* the whole percents that it lies in */
        int low = (int)floor(100. * tile->low + 1e-9), high = (int)ceil(100. * tile->high - 1e-9);

        (void)snprintf(out, TILE_TEXT, "%d–%d%s%%", low, high, high < 100 ? " " : "");
        return out;
    }
    return dx_format(out, TILE_TEXT, tile->unit, tile->value);
}

const char *tile_goal(char *out, const struct tile *tile, bool spaced)
{
    char number[TILE_TEXT], *end;

    out[0] = '\0';
    if (isnan(tile->target))
        return out;
    (void)tile_number(number, tile->unit, tile->target);
    end = strstr(number, " 00");
    if (tile->unit == DX_UNIT_SECONDS && end)
        *end = '\0';
    end = strstr(number, ".0 %");
    if (end)
        (void)memmove(end, end + 2, strlen(end + 2) + 1);
    (void)snprintf(out, TILE_TEXT, "%s%s%.48s", tile->floor ? "≥" : "≤", spaced ? " " : "", number);
    return out;
}

const char *tile_trend(char *out, const struct tile *tile)
{
    double by = tile->value - tile->before, size = fabs(by);
    char number[TILE_TEXT];

    out[0] = '\0';
    if (isnan(by))
        return out;
    if (size < (tile->unit == DX_UNIT_RATIO ? 0.0005 : tile->unit == DX_UNIT_NONE ? 0.005 : 0.5)) {
        (void)snprintf(out, TILE_TEXT, "=");
        return out;
    }
    if (tile->unit == DX_UNIT_RATIO)
        (void)snprintf(number, sizeof(number), "%.1f", 100. * size);
    else
        (void)tile_number(number, tile->unit, tile->unit == DX_UNIT_SECONDS ? round(size) : size);
    (void)snprintf(out, TILE_TEXT, "%s %.48s", by > 0. ? "▲" : "▼", number);
    return out;
}

const char *tile_name(char *out, const struct tile *tile, int cols)
{
    if (dx_width(tile->name) <= cols)
        return tile->name;
    (void)snprintf(out, TILE_TEXT, "%c%s", toupper((unsigned char)tile->brief[0]), tile->brief + 1);
    return out;
}

const char *tile_stale(char *out, const struct tile *tile)
{
    char age[32] = "";

    out[0] = '\0';
    if (tile->stale && tile->stale_ms > 0 && tile->stale_ms < CI_MINUTE_MS) /* as frames say it */
        (void)snprintf(out, TILE_TEXT, "stale %ds", (int)(tile->stale_ms / 10000) * 10);
    else if (tile->stale && tile->stale_ms > 0 && tile->stale_ms < CI_HOUR_MS)
        (void)snprintf(out, TILE_TEXT, "stale %dm", (int)(tile->stale_ms / CI_MINUTE_MS));
    else if (tile->stale)
        (void)snprintf(
            out, TILE_TEXT, "stale %s",
            tile->stale_ms > 0 ? ci_span(age, sizeof(age), (double)tile->stale_ms / 1000.) : "");
    return out;
}

bool tile_is_worse(const struct tile *tile)
{
    return tile->floor ? tile->value < tile->before : tile->value > tile->before;
}

enum dx_role tile_role(const struct tile *tile)
{
    if (tile->stale)
        return DX_ROLE_DIM;
    switch (tile->state) {
    case DX_KPI_GOOD:
        return DX_ROLE_GOOD;
    case DX_KPI_WARN:
        return DX_ROLE_WARN;
    case DX_KPI_BAD:
        return DX_ROLE_BAD;
    case DX_KPI_NOTHING:
    case DX_KPI_PLAIN:
    case DX_KPI_FEW:
        break;
    }
    return DX_ROLE_DIM;
}

enum dx_glyph tile_glyph(const struct tile *tile)
{
    switch (tile->state) {
    case DX_KPI_GOOD:
        return DX_GLYPH_GOOD;
    case DX_KPI_WARN:
        return DX_GLYPH_WARN;
    case DX_KPI_BAD:
        return DX_GLYPH_BAD;
    case DX_KPI_FEW:
        return DX_GLYPH_FEW;
    case DX_KPI_PLAIN:
        return DX_GLYPH_DOT;
    case DX_KPI_NOTHING:
        break;
    }
    return DX_GLYPH_NONE;
}

const char *tile_window(char *out, int64_t window_ms)
{
    out[0] = '\0';
    if (window_ms > CI_DAY_MS)
        (void)snprintf(out, TILE_TEXT, "%lld d", (long long)(window_ms / CI_DAY_MS));
    else if (window_ms > 0)
        (void)snprintf(out, TILE_TEXT, "%lld h", (long long)(window_ms / CI_HOUR_MS));
    return out;
}
