/* number: numbers and instants as Prometheus and Alertmanager write them. */
#include "config.h"

#include "sim/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What is no number, and has a name. */
static const char *name_of(double value)
{
    if (isnan(value))
        return "NaN";
    if (isinf(value))
        return value > 0. ? "+Inf" : "-Inf";
    return NULL;
}

/* "-1.25e-07": the fewest digits that are read as the same value. */
static void shortest(char out[32], double value)
{
    for (int digits = 0; digits < 17; digits++) {
        double again;

        (void)snprintf(out, 32, "%.*e", digits, value);
        again = strtod(out, NULL);
        if (again >= value && again <= value)
            return;
    }
}

const char *number_exponent(char out[NUMBER_TEXT], double value)
{
    char text[32];

    if (!name_of(value))
        shortest(text, value);
    (void)snprintf(out, NUMBER_TEXT, "%s", name_of(value) ? name_of(value) : text);
    return out;
}

const char *number_plain(char out[NUMBER_TEXT], double value)
{
    char text[32], digits[32];
    size_t n = 0, len = 0;
    int point;

    if (name_of(value))
        return number_exponent(out, value);
    shortest(text, value);
    for (const char *c = text; *c && *c != 'e'; c++)
        if (*c >= '0' && *c <= '9')
            digits[n++] = *c;
    point = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1; /* digits before the point */
    if (text[0] == '-')
        out[len++] = '-';
    if (point <= 0) {
        out[len++] = '0';
        out[len++] = '.';
    }
    for (int i = point; i < 0; i++)
        out[len++] = '0';
    for (int i = 0; i < (int)n || i < point; i++) {
        if (i == point && i > 0)
            out[len++] = '.';
        out[len++] = '0';
        if (i < (int)n)
            out[len - 1] = digits[i];
    }
    out[len] = '\0';
    return out;
}

const char *number_instant(char out[INSTANT_TEXT], int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm tm;
    size_t n;

    (void)gmtime_r(&s, &tm);
    n = strftime(out, INSTANT_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out + n, INSTANT_TEXT - n, ".%03dZ", (int)(ms % 1000));
    return out;
}
