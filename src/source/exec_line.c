/* exec_line: the fields of one line, judged. */
#include "config.h"

#include "source/exec.h"

#include <math.h>
#include <string.h>

#include "source/field.h"

static const double SECONDS_MOST = 1e10, /* 300 years */
    WHOLE_MOST = 9e15;                   /* past it a number is no longer exact */

static void wrong(struct exec_line *line, const char *name, const char *what)
{
    if (line->error.fault == DX_FAULT_NONE)
        dx_fail(&line->error, DX_FAULT_REPLY, "%s is no %s", name, what);
}

void exec_know(struct exec_line *line, const char *name)
{
    if (line->seen_count < sizeof(line->seen) / sizeof(line->seen[0]))
        line->seen[line->seen_count++] = name;
}

/* The value, NULL where there is none. */
static const json_t *get(struct exec_line *line, const char *name)
{
    const json_t *value = json_object_get(line->object, name);

    exec_know(line, name);
    return json_is_null(value) ? NULL : value;
}

/* Ids are often numbers. */
const char *exec_text(struct exec_line *line, const char *name)
{
    const json_t *value = get(line, name);

    if (!value)
        return "";
    if (json_is_number(value) && fabs(json_number_value(value)) < WHOLE_MOST &&
        floor(json_number_value(value)) >= json_number_value(value))
        return arena_print(&line->batch->arena, "%.0f", json_number_value(value));
    if (!json_is_string(value))
        wrong(line, name, "text");
    return value_text(line->batch, value);
}

const char *exec_needed(struct exec_line *line, const char *name)
{
    const char *text = exec_text(line, name);

    if (!*text && line->error.fault == DX_FAULT_NONE)
        dx_fail(&line->error, DX_FAULT_REPLY, "%s is missing", name);
    return text;
}

const char *exec_url(struct exec_line *line, const char *name)
{
    const char *url = exec_text(line, name);

    return strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0 ? url : "";
}

int64_t exec_time(struct exec_line *line, const char *name)
{
    const json_t *value = get(line, name);
    int64_t ms;

    if (!value || (json_is_string(value) && value_is(value, "")))
        return 0;
    ms = json_is_string(value) ? field_time(line->object, name) : value_seconds(value);
    if (ms <= 0)
        wrong(line, name, "time like 2026-11-24T08:43:00Z");
    return ms > 0 ? ms : 0;
}

int64_t exec_span(struct exec_line *line, const char *name)
{
    const json_t *value = get(line, name);
    double s = 0.;

    if (!value)
        return -1;
    if (!json_is_number(value) || !value_number(value, &s) || s < 0. || s > SECONDS_MOST) {
        wrong(line, name, "number of seconds");
        return -1;
    }
    return (int64_t)llround(s * 1e3);
}

int64_t exec_count(struct exec_line *line, const char *name, int64_t absent)
{
    const json_t *value = get(line, name);

    if (!value)
        return absent;
    if (!json_is_number(value) || json_number_value(value) < 0. ||
        json_number_value(value) > SECONDS_MOST) {
        wrong(line, name, "count");
        return absent;
    }
    return (int64_t)json_number_value(value);
}

bool exec_flag(struct exec_line *line, const char *name, bool absent)
{
    const json_t *value = get(line, name);

    if (value && !json_is_boolean(value))
        wrong(line, name, "true or false");
    return value ? json_is_true(value) : absent;
}

int exec_word(struct exec_line *line, const char *name, const struct exec_words *words)
{
    const json_t *value = get(line, name);

    if (!value || value_is(value, ""))
        return words->absent;
    if (!json_is_string(value)) {
        wrong(line, name, "text");
        return words->other;
    }
    for (size_t i = 0; i < words->count; i++)
        if (words->word[i] && value_is(value, words->word[i]))
            return (int)i;
    line->batch->unknown++;
    return words->other;
}

const char *exec_unseen(const struct exec_line *line, size_t *count)
{
    const char *first = NULL, *name;
    json_t *value;

    *count = 0;
    json_object_foreach (line->object, name, value) {
        bool seen = false;

        for (size_t i = 0; !seen && i < line->seen_count; i++)
            seen = strcmp(line->seen[i], name) == 0;
        if (!seen && (*count)++ == 0)
            first = name;
    }
    return first;
}
