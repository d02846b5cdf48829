/* option: fill a struct of settings from a mapping, by its option table. */
#include "config.h"

#include "config/option.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "core/time.h"
#include "model/endpoint.h"

enum { NAMES_MOST = 128 };

const char *option_path(struct option_context *context, const char *name)
{
    const char *home = getenv("HOME");

    if (strncmp(name, "~/", 2) == 0 && home)
        return arena_print(context->arena, "%s/%s", home, name + 2);
    if (name[0] == '/' || !*name)
        return name;
    return arena_print(context->arena, "%s/%s", context->dir, name);
}

/* ---- one value ---- */

static bool wrong(struct option_context *context, const struct dx_option *option,
                  const struct yaml *value, const char *wanted)
{
    if (value->kind == YAML_SCALAR)
        return complain(&context->complaints, value, "%s: \"%s\" is not %s", option->name,
                        value->text, wanted);
    return complain(&context->complaints, value, "%s has to be %s", option->name, wanted);
}

static bool parse_flag(bool *flag, const char *text)
{
    static const char *const yes[] = { "yes", "true", "on", NULL };
    static const char *const no[] = { "no", "false", "off", NULL };

    for (size_t i = 0; yes[i]; i++) {
        if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
            *flag = strcasecmp(text, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static bool parse_number(double *number, const char *text)
{
    char *end;

    if (strcmp(text, "none") == 0) {
        *number = (double)NAN;
        return true;
    }
    *number = strtod(text, &end);
    return end != text && !*end && isfinite(*number);
}

static bool parse_percent(double *share, const char *text)
{
    char *end;

    *share = strtod(text, &end);
    if (end == text || !isfinite(*share))
        return false;
    end += strspn(end, " ");
    if (*end == '%') {
        *share /= 100.;
        end++;
    }
    return !*end && *share >= 0. && *share <= 1.;
}

static bool parse_count(int64_t *count, const char *text)
{
    char *end;

    *count = strtoll(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && *count < INT64_C(1000000000000);
}

static bool parse_size(int64_t *bytes, const char *text)
{
    static const struct {
        const char *name;
        double bytes;
    } units[] = { { "", 1 },     { "B", 1 },      { "kB", 1e3 },      { "MB", 1e6 },
                  { "GB", 1e9 }, { "KiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 } };
    char *end;
    double n = strtod(text, &end);

    if (end == text || !(n >= 0.))
        return false;
    end += strspn(end, " ");
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcasecmp(end, units[i].name) == 0 && n * units[i].bytes < 1e15) {
            *bytes = (int64_t)(n * units[i].bytes);
            return true;
        }
    }
    return false;
}

static bool parse_choice(struct option_context *context, int *index, const struct dx_option *option,
                         const struct yaml *value)
{
    char list[256] = "";
    size_t len = 0;

    for (int i = 0; option->choices[i]; i++) {
        if (strcmp(option->choices[i], value->text) == 0) {
            *index = i;
            return true;
        }
        int n = snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "", option->choices[i]);
        len = n > 0 && len + (size_t)n < sizeof(list) ? len + (size_t)n : len;
    }
    const char *near = text_nearest(value->text, option->choices);
    if (near)
        return complain(&context->complaints, value,
                        "%s: \"%s\" is none of %s; did you mean \"%s\"?", option->name, value->text,
                        list, near);
    return complain(&context->complaints, value, "%s: \"%s\" is none of %s", option->name,
                    value->text, list);
}

static bool parse_scalar(struct option_context *context, void *field,
                         const struct dx_option *option, const struct yaml *value)
{
    const char *text = value->text;

    switch (option->type) {
    case DX_OPTION_FLAG:
        return parse_flag(field, text) || wrong(context, option, value, "yes or no");
    case DX_OPTION_COUNT:
        return parse_count(field, text) || wrong(context, option, value, "a whole number");
    case DX_OPTION_NUMBER:
        return parse_number(field, text) || wrong(context, option, value, "a number");
    case DX_OPTION_DURATION:
        return duration_parse(field, text) ||
               wrong(context, option, value, "a duration like 30s, 5m, 2h or 7d");
    case DX_OPTION_PERCENT:
        return parse_percent(field, text) || wrong(context, option, value, "a share like 98%");
    case DX_OPTION_SIZE:
        return parse_size(field, text) || wrong(context, option, value, "a size like 8MiB");
    case DX_OPTION_TEXT:
        *(const char **)field = text;
        return true;
    case DX_OPTION_CHOICE:
        return parse_choice(context, field, option, value);
    case DX_OPTION_LIST:
    case DX_OPTION_MAP:
    case DX_OPTION_TABLES:
    case DX_OPTION_SECRET:
        break;
    }
    return false;
}

/* ---- several values ---- */

static bool parse_list(struct option_context *context, struct dx_items *items,
                       const struct dx_option *option, const struct yaml *value)
{
    bool one = value->kind == YAML_SCALAR;
    size_t n = one ? 1 : value->count;
    const char **texts = arena_alloc(context->arena, (n + 1) * sizeof(*texts)); /* ends at NULL */

    if (!one && value->kind != YAML_LIST)
        return wrong(context, option, value, "a list");
    for (size_t i = 0; i < n; i++) {
        const struct yaml *item = one ? value : &value->items[i];

        if (item->kind != YAML_SCALAR)
            return wrong(context, option, item, "a list of texts");
        texts[i] = item->text;
    }
    *items = (struct dx_items){ .item = (void *)texts, .count = n };
    return true;
}

static bool parse_map(struct option_context *context, struct dx_items *items,
                      const struct dx_option *option, const struct yaml *value)
{
    size_t n = value->count;
    struct dx_pair *pairs = arena_alloc(context->arena, (n ? n : 1) * sizeof(*pairs));

    if (value->kind != YAML_MAP)
        return wrong(context, option, value, "a mapping");
    for (size_t i = 0; i < n; i++) {
        if (value->items[i].kind != YAML_SCALAR)
            return wrong(context, option, &value->items[i], "a mapping of texts");
        pairs[i] = (struct dx_pair){ value->keys[i].text, value->items[i].text };
    }
    *items = (struct dx_items){ .item = pairs, .count = n };
    return true;
}

/* What is wrong stays so, and whoever reads on meets a text. */
static void clear_texts(void *settings, const struct dx_option *options)
{
    for (const struct dx_option *o = options; o && o->name; o++)
        if (o->type == DX_OPTION_TEXT)
            *(const char **)(void *)((char *)settings + o->offset) = "";
}

/* Tables hold tables, as deep as the C tables do. NOLINTBEGIN(misc-no-recursion) */

/* An item that is no mapping stands for the field `shorthand`, a list for one of this type. */
static bool is_shorthand(const struct dx_option *option, const struct yaml *value)
{
    const struct dx_option *field = option->fields;

    while (option->shorthand && strcmp(field->name, option->shorthand) != 0)
        field++;
    return option->shorthand && (value->kind == YAML_SCALAR ||
                                 (value->kind == YAML_LIST && field->type == DX_OPTION_LIST));
}

/* Others may speak of what is wrong, too. */
static void set_name(void *item, const struct dx_option *fields, const struct yaml *value)
{
    const struct yaml *name = yaml_get(value, fields->name);

    if (name && name->kind == YAML_SCALAR)
        *(const char **)item = name->text;
}

/* name: its key in the mapping; NULL: it is one of a list. */
static bool fill_item(struct option_context *context, void *item, const struct dx_option *option,
                      const struct yaml *value, const struct yaml *name)
{
    struct yaml key = {
        .kind = YAML_SCALAR, .line = value->line, .column = value->column, .text = option->shorthand
    };
    struct yaml map = { .kind = YAML_MAP,
                        .line = value->line,
                        .column = value->column,
                        .text = "",
                        .count = 1,
                        .keys = &key };
    struct yaml copy = *value;

    clear_texts(item, option->fields);
    set_name(item, option->fields, value);
    if (name && value->kind == YAML_NULL)
        return complain(&context->complaints, name, "%s: %s has no value", option->name,
                        name->text);
    if (value->kind == YAML_MAP)
        return options_judge(context, value, option->fields, NULL, NULL) &&
               options_fill(context, item, option->fields, value);
    if (!is_shorthand(option, value))
        return wrong(context, option, value, "a mapping");
    map.items = &copy;
    return options_fill(context, item, option->fields, &map);
}

static bool parse_tables(struct option_context *context, struct dx_items *items,
                         const struct dx_option *option, const struct yaml *value)
{
    size_t n = value->count;
    char *all = arena_alloc(context->arena, (n ? n : 1) * option->item_size);
    bool ok = true;

    if (value->kind != YAML_MAP && value->kind != YAML_LIST)
        return wrong(context, option, value, "a mapping of names");
    for (size_t i = 0; i < n; i++) {
        const struct yaml *name = value->kind == YAML_MAP ? &value->keys[i] : NULL;
        char *item = all + i * option->item_size;

        value->items[i].wrong = !fill_item(context, item, option, &value->items[i], name);
        ok = ok && !value->items[i].wrong;
        if (name)
            *(const char **)(void *)item = name->text;
    }
    *items = (struct dx_items){ .item = all, .count = n };
    return ok;
}

/* ---- secrets ---- */

static bool parse_secret(struct option_context *context, struct secret *secret,
                         const struct dx_option *option, const struct yaml *value)
{
    static const char hint[] = "{env: NAME}, {file: PATH} or {command: [...]}";
    static const char *const kinds[] = { "env", "file", "command", NULL };
    struct dx_items argv = { 0 };
    struct dx_option list = *option;

    if (value->kind == YAML_SCALAR)
        return complain(&context->complaints, value,
                        "%s: a secret does not stand in the configuration; write %s", option->name,
                        hint);
    if (value->kind != YAML_MAP || value->count != 1)
        return complain(&context->complaints, value, "%s has to be one of %s", option->name, hint);
    const struct yaml *key = &value->keys[0], *what = &value->items[0];
    list.name = key->text;
    if (strcmp(key->text, "command") == 0) {
        if (!parse_list(context, &argv, &list, what))
            return false;
        const char **texts = arena_alloc(context->arena, (argv.count + 1) * sizeof(*texts));
        if (argv.count == 0)
            return wrong(context, &list, what, "a command and its arguments");
        memcpy((void *)texts, argv.item, argv.count * sizeof(*texts));
        *secret = (struct secret){ .kind = SECRET_COMMAND, .name = texts[0], .argv = texts };
        return true;
    }
    if (strcmp(key->text, "env") != 0 && strcmp(key->text, "file") != 0)
        return complain_word(&context->complaints, key, "unknown kind of secret", kinds);
    if (what->kind != YAML_SCALAR)
        return wrong(context, &list, what, "a name");
    *secret =
        strcmp(key->text, "env") == 0
            ? (struct secret){ .kind = SECRET_ENV, .name = what->text }
            : (struct secret){ .kind = SECRET_FILE, .name = option_path(context, what->text) };
    return true;
}

static bool option_parse(struct option_context *context, void *settings,
                         const struct dx_option *option, const struct yaml *value)
{
    void *field = (char *)settings + option->offset;

    switch (option->type) {
    case DX_OPTION_LIST:
        return parse_list(context, field, option, value);
    case DX_OPTION_MAP:
        return parse_map(context, field, option, value);
    case DX_OPTION_TABLES:
        return parse_tables(context, field, option, value);
    case DX_OPTION_SECRET:
        return parse_secret(context, field, option, value);
    case DX_OPTION_FLAG:
    case DX_OPTION_COUNT:
    case DX_OPTION_NUMBER:
    case DX_OPTION_DURATION:
    case DX_OPTION_PERCENT:
    case DX_OPTION_SIZE:
    case DX_OPTION_TEXT:
    case DX_OPTION_CHOICE:
        break;
    }
    if (value->kind != YAML_SCALAR)
        return wrong(context, option, value, "one value");
    return parse_scalar(context, field, option, value);
}

/* ---- a whole table ---- */

static size_t field_size(enum dx_option_type type)
{
    switch (type) {
    case DX_OPTION_FLAG:
        return sizeof(bool);
    case DX_OPTION_COUNT:
    case DX_OPTION_DURATION:
    case DX_OPTION_SIZE:
        return sizeof(int64_t);
    case DX_OPTION_NUMBER:
    case DX_OPTION_PERCENT:
        return sizeof(double);
    case DX_OPTION_TEXT:
        return sizeof(const char *);
    case DX_OPTION_CHOICE:
        return sizeof(int);
    case DX_OPTION_LIST:
    case DX_OPTION_MAP:
    case DX_OPTION_TABLES:
        return sizeof(struct dx_items);
    case DX_OPTION_SECRET:
        break;
    }
    return sizeof(struct secret);
}

size_t options_size(const struct dx_option *options)
{
    size_t size = 0;

    for (const struct dx_option *o = options; o && o->name; o++)
        if (o->offset + field_size(o->type) > size)
            size = o->offset + field_size(o->type);
    return size;
}

static bool set_fallback(struct option_context *context, void *settings,
                         const struct dx_option *option)
{
    struct yaml value = { .kind = YAML_SCALAR, .text = option->fallback };
    bool many = option->type == DX_OPTION_LIST || option->type == DX_OPTION_MAP ||
                option->type == DX_OPTION_TABLES || option->type == DX_OPTION_SECRET;

    return many || option_parse(context, settings, option, &value);
}

static bool among(const char *const *names, const char *name)
{
    for (; names && *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

bool options_judge(struct option_context *context, const struct yaml *map,
                   const struct dx_option *options, const struct dx_option *also,
                   const char *const *others)
{
    const char *names[NAMES_MOST + 1];
    size_t n = 0;
    bool ok = true;

    for (const struct dx_option *o = options; o && o->name && n < NAMES_MOST; o++)
        names[n++] = o->name;
    for (const struct dx_option *o = also; o && o->name && n < NAMES_MOST; o++)
        names[n++] = o->name;
    for (; others && *others && n < NAMES_MOST; others++)
        names[n++] = *others;
    names[n] = NULL;
    if (map->kind != YAML_MAP && map->kind != YAML_NULL)
        return complain(&context->complaints, map, "this has to be a mapping of keys to values");
    for (size_t i = 0; i < map->count; i++)
        if (!among(names, map->keys[i].text))
            ok = complain_word(&context->complaints, &map->keys[i], "unknown key", names);
    return ok;
}

bool options_fill(struct option_context *context, void *settings, const struct dx_option *options,
                  const struct yaml *map)
{
    size_t before = context->complaints.count;

    clear_texts(settings, options);
    for (const struct dx_option *o = options; o && o->name; o++) {
        const struct yaml *value = yaml_get(map, o->name);

        if (value && value->kind != YAML_NULL)
            (void)option_parse(context, settings, o, value);
        else if (o->fallback)
            (void)set_fallback(context, settings, o);
        else
            (void)complain(&context->complaints, map, "\"%s\" is missing: %s", o->name, o->help);
    }
    return context->complaints.count == before;
}
/* NOLINTEND(misc-no-recursion) */
