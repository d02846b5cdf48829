/* json_schema: the option tables as a JSON Schema (draft 7, which editors know
 * best): https://json-schema.org/draft-07/json-schema-release-notes */
#include "config.h"

#include "config/json_schema.h"

#include <string.h>

/* YAML makes numbers and truth values of what the tables call texts. */
static json_t *scalar(void)
{
    return json_pack("[s, s, s]", "string", "number", "boolean");
}

static json_t *text_like(const char *pattern)
{
    return json_pack("{s:o, s:s}", "type", scalar(), "pattern", pattern);
}

/* Numbers as YAML reads them, or as a text of this form. */
static json_t *number_or(const char *type, double least, const char *pattern)
{
    json_t *number = json_pack("{s:s}", "type", type);

    if (least > -1.)
        (void)json_object_set_new(number, "minimum", json_integer((json_int_t)least));
    return json_pack("{s:[o, {s:s, s:s}]}", "anyOf", number, "type", "string", "pattern", pattern);
}

/* "256" of a list of choices is a number for YAML. */
static json_t *choices_of(const struct dx_option *option)
{
    json_t *list = json_array();

    for (int i = 0; option->choices[i]; i++) {
        const char *text = option->choices[i];

        (void)json_array_append_new(list, json_string(text));
        if (text[strspn(text, "0123456789")] == '\0')
            (void)json_array_append_new(list, json_loads(text, JSON_DECODE_ANY, NULL));
    }
    return json_pack("{s:o}", "enum", list);
}

/* A list, or one alone; of some words, where it names things. */
static json_t *list_of_texts(const struct dx_option *option)
{
    json_t *item = option->choices ? choices_of(option) : json_pack("{s:o}", "type", scalar());

    return json_pack("{s:[{s:s, s:O}, o]}", "anyOf", "type", "array", "items", item, item);
}

static json_t *secret(void)
{
    json_t *command = json_pack("{s:[{s:o, s:i}, {s:o}]}", "anyOf", "type",
                                json_pack("[s]", "array"), "minItems", 1, "type", scalar());

    return json_pack("{s:s, s:b, s:i, s:i, s:{s:{s:o}, s:{s:o}, s:o}}", "type", "object",
                     "additionalProperties", 0, "minProperties", 1, "maxProperties", 1,
                     "properties", "env", "type", scalar(), "file", "type", scalar(), "command",
                     command);
}

/* Tables hold tables, as deep as the C tables do. NOLINTBEGIN(misc-no-recursion) */

static json_t *table_of(const struct dx_option *options, const char *named_by_key);
static json_t *value_of(const struct dx_option *option);

/* A list of mappings, or a mapping by name; an item may be its shorthand. */
static json_t *tables_of(const struct dx_option *option)
{
    json_t *listed = json_pack("{s:[o]}", "anyOf", table_of(option->fields, NULL));
    json_t *named = json_pack("{s:[o]}", "anyOf", table_of(option->fields, option->fields->name));

    for (const struct dx_option *o = option->fields; option->shorthand && o->name; o++) {
        if (strcmp(o->name, option->shorthand) != 0)
            continue;
        (void)json_array_append_new(json_object_get(listed, "anyOf"), value_of(o));
        (void)json_array_append_new(json_object_get(named, "anyOf"), value_of(o));
    }
    return json_pack("{s:[{s:s, s:o, s:o}, {s:s, s:o}]}", "anyOf", "type", "object",
                     "additionalProperties", named, "propertyNames", value_of(option->fields),
                     "type", "array", "items", listed);
}

static json_t *value_of(const struct dx_option *option)
{
    switch (option->type) {
    case DX_OPTION_FLAG:
        return json_pack("{s:[s, s], s:s}", "type", "boolean", "string", "pattern",
                         "^([Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff]|[Tt][Rr][Uu][Ee]|"
                         "[Ff][Aa][Ll][Ss][Ee])$");
    case DX_OPTION_COUNT:
        return number_or("integer", 0., "^[0-9]{1,12}$");
    case DX_OPTION_NUMBER:
        return number_or("number", -2., "^(none|[-+]?[0-9.]+([eE][-+]?[0-9]+)?)$");
    case DX_OPTION_DURATION:
        return json_pack("{s:s, s:s}", "type", "string", "pattern",
                         "^([0-9]+([.][0-9]+)?(ms|s|m|h|d|w))+$");
    case DX_OPTION_PERCENT:
        return number_or("number", 0., "^[0-9.]+ *%?$");
    case DX_OPTION_SIZE:
        return number_or("number", 0., "^[0-9.]+ *([kKmMgG]([iI]?)[bB]|[bB])?$");
    case DX_OPTION_TEXT: /* one of some words, where it names something */
        return option->choices ? choices_of(option) : json_pack("{s:o}", "type", scalar());
    case DX_OPTION_CHOICE:
        return choices_of(option);
    case DX_OPTION_LIST:
        return list_of_texts(option);
    case DX_OPTION_MAP:
        return json_pack("{s:s, s:{s:o}}", "type", "object", "additionalProperties", "type",
                         scalar());
    case DX_OPTION_TABLES:
        return tables_of(option);
    case DX_OPTION_SECRET:
        return secret();
    }
    return json_object();
}

/* A key without a value counts as not given, where it need not be given. */
static json_t *property(const struct dx_option *option)
{
    json_t *value = value_of(option), *whole = value;

    if (option->fallback)
        whole = json_pack("{s:[o, {s:s}]}", "anyOf", value, "type", "null");
    (void)json_object_set_new(whole, "description", json_string(option->help));
    if (option->fallback && *option->fallback)
        (void)json_object_set_new(whole, "default", json_string(option->fallback));
    return whole;
}

static void add_options(json_t *table, const struct dx_option *options, const char *but)
{
    for (const struct dx_option *o = options; o && o->name; o++) {
        (void)json_object_set_new(json_object_get(table, "properties"), o->name, property(o));
        if (!o->fallback && !(but && strcmp(o->name, but) == 0))
            (void)json_array_append_new(json_object_get(table, "required"), json_string(o->name));
    }
}

static json_t *empty_table(void)
{
    return json_pack("{s:s, s:b, s:{}, s:[]}", "type", "object", "additionalProperties", 0,
                     "properties", "required");
}

static json_t *table_of(const struct dx_option *options, const char *named_by_key)
{
    json_t *table = empty_table();

    add_options(table, options, named_by_key);
    return table;
}

/* NOLINTEND(misc-no-recursion) */

/* ---- the parts of the file ---- */

/* Some types know where their servers are; for the others somebody has to say it. */
static void url_of(json_t *table, const struct config_kind *kind)
{
    json_t *properties = json_object_get(table, "properties"), *url;

    if (kind->url) {
        (void)json_object_set_new(json_object_get(properties, "url"), "default",
                                  json_string(kind->url));
        return;
    }
    url = json_pack("{s:s, s:O}", "type", "string", "description",
                    json_object_get(json_object_get(properties, "url"), "description"));
    (void)json_object_set_new(properties, "url", url);
    (void)json_array_append_new(json_object_get(table, "required"), json_string("url"));
}

static json_t *kind_of(const struct config_kind *kind, const struct dx_option *common,
                       const char *key)
{
    json_t *table = empty_table(), *properties = json_object_get(table, "properties");

    add_options(table, common, NULL);
    add_options(table, kind->options, NULL);
    (void)json_object_set_new(
        properties, key,
        json_pack("{s:s, s:s}", "const", kind->name, "description", kind->summary));
    (void)json_object_set_new(table, "description", json_string(kind->summary));
    if (json_object_get(properties, "url"))
        url_of(table, kind);
    return table;
}

json_t *json_schema_kinds(const struct config_kinds *kinds, const struct dx_option *common,
                          const char *key)
{
    json_t *any = json_array(), *names = json_array();

    for (size_t i = 0; kinds->names[i]; i++) {
        struct dx_error err = { 0 };
        struct config_kind kind;

        if (!kinds->find(kinds->self, kinds->names[i], &kind, &err))
            continue; /* a module that cannot be loaded */
        (void)json_array_append_new(any, kind_of(&kind, common, key));
        (void)json_array_append_new(names, json_string(kind.name));
    }
    if (strcmp(key, "panel") == 0) /* its name alone will do */
        (void)json_array_append_new(any, json_pack("{s:O}", "enum", names));
    json_decref(names);
    return json_pack("{s:o}", "anyOf", any);
}

static json_t *list_of(json_t *item, const char *help)
{
    return json_pack("{s:s, s:s, s:o}", "type", "array", "description", help, "items", item);
}

static json_t *row_of(json_t *panel)
{
    json_t *row = table_of(config_row_options, NULL);
    json_t *panels = list_of(panel, "side by side");

    (void)json_object_set_new(panels, "minItems", json_integer(1));
    (void)json_object_set_new(json_object_get(row, "properties"), "panels", panels);
    (void)json_array_append_new(json_object_get(row, "required"), json_string("panels"));
    return row;
}

static json_t *view_of(json_t *panel)
{
    json_t *rows = list_of(row_of(panel), "one above the other");

    (void)json_object_set_new(rows, "minItems", json_integer(1));
    return json_pack("{s:s, s:b, s:[s, s], s:{s:o, s:o}}", "type", "object", "additionalProperties",
                     0, "required", "name", "rows", "properties", "name", text_like("^."), "rows",
                     rows);
}

static json_t *section(const struct dx_option *options, const char *help)
{
    return json_pack("{s:s, s:[o, {s:s}]}", "description", help, "anyOf", table_of(options, NULL),
                     "type", "null");
}

json_t *json_schema_file(json_t *source, json_t *panel)
{
    json_t *file = table_of(config_options, NULL),
           *properties = json_object_get(file, "properties");
    json_t *views = list_of(view_of(panel), "what is shown");

    (void)json_object_set_new(views, "maxItems", json_integer(9));
    (void)json_object_set_new(properties, "calendar",
                              section(config_calendar_options,
                                      "when people are at work; without it Monday to Friday "
                                      "09:00-17:00"));
    (void)json_object_set_new(properties, "wall",
                              section(config_wall_options, "what the screen on the wall shows"));
    (void)json_object_set_new(properties, "sources", list_of(source, "what is polled"));
    (void)json_object_set_new(properties, "views", views);
    (void)json_object_set_new(file, "$schema",
                              json_string("http://json-schema.org/draft-07/schema#"));
    (void)json_object_set_new(file, "title", json_string("configuration of dxtop"));
    return file;
}
