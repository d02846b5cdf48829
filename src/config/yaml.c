/* yaml: a YAML text as a tree with positions, by libfyaml. */
#include "config.h"

#include "config/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfyaml.h>

#include "core/text.h"

enum { SIZE_MOST = 1 << 20, DEPTH_MOST = 64, NODES_MOST = 100000 };

/* ---- complaints ---- */

bool complain(struct complaints *c, const struct yaml *at, const char *fmt, ...)
{
    char words[512], clean[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    (void)text_clean(clean, sizeof(clean), words, strlen(words));
    (void)buf_print(c->out, "%s:%d:%d: %s\n", c->file, at->line, at->column, clean);
    c->count++;
    return false;
}

bool complain_word(struct complaints *c, const struct yaml *at, const char *what,
                   const char *const *names)
{
    const char *near = text_nearest(at->text, names);

    if (near)
        return complain(c, at, "%s \"%s\"; did you mean \"%s\"?", what, at->text, near);
    return complain(c, at, "%s \"%s\"", what, at->text);
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    for (size_t i = 0; map->kind == YAML_MAP && i < map->count; i++)
        if (strcmp(map->keys[i].text, key) == 0)
            return &map->items[i];
    return NULL;
}

const struct yaml *yaml_given(const struct yaml *map, const char *key)
{
    const struct yaml *value = yaml_get(map, key);

    return value && value->kind != YAML_NULL ? value : NULL;
}

/* ---- from libfyaml's document to the tree ---- */

struct copy {
    struct arena *arena;
    struct complaints complaints;
    size_t nodes;
    int depth;
};

static bool copy_node(struct copy *copy, struct yaml *to, struct fy_node *from);

static bool copy_scalar(struct copy *copy, struct yaml *to, struct fy_node *from)
{
    const struct fy_mark *mark = fy_token_start_mark(fy_node_get_scalar_token(from));
    size_t len = 0;
    const char *text = fy_node_get_scalar(from, &len);
    enum fy_node_style style = fy_node_get_style(from);
    char *own = arena_alloc(copy->arena, len + 1);

    if (text)
        memcpy(own, text, len);
    to->kind = YAML_SCALAR;
    to->text = own;
    to->quoted = style == FYNS_DOUBLE_QUOTED || style == FYNS_SINGLE_QUOTED ||
                 style == FYNS_LITERAL || style == FYNS_FOLDED;
    if (mark) {
        to->line = mark->line + 1;
        to->column = mark->column + 1;
    }
    if (strlen(own) != len)
        return complain(&copy->complaints, to, "a NUL character in a text");
    if (!to->quoted && (len == 0 || strcmp(own, "~") == 0 || strcmp(own, "null") == 0))
        to->kind = YAML_NULL;
    return true;
}

/* As deep as the file is nested: at most DEPTH_MOST. NOLINTBEGIN(misc-no-recursion) */
static bool copy_list(struct copy *copy, struct yaml *to, struct fy_node *from)
{
    void *iter = NULL;
    struct fy_node *item;
    int n = fy_node_sequence_item_count(from);

    to->kind = YAML_LIST;
    to->items = arena_alloc(copy->arena, (size_t)(n > 0 ? n : 1) * sizeof(*to->items));
    while ((item = fy_node_sequence_iterate(from, &iter)) != NULL) {
        struct yaml *here = &to->items[to->count++];

        here->line = to->line;
        here->column = to->column;
        if (!copy_node(copy, here, item))
            return false;
        if (to->count == 1) {
            to->line = here->line;
            to->column = here->column;
        }
    }
    return true;
}

static bool copy_map(struct copy *copy, struct yaml *to, struct fy_node *from)
{
    void *iter = NULL;
    struct fy_node_pair *pair;
    int n = fy_node_mapping_item_count(from);
    size_t size = (size_t)(n > 0 ? n : 1) * sizeof(*to->items);

    to->kind = YAML_MAP;
    to->keys = arena_alloc(copy->arena, size);
    to->items = arena_alloc(copy->arena, size);
    while ((pair = fy_node_mapping_iterate(from, &iter)) != NULL) {
        struct yaml *key = &to->keys[to->count], *value = &to->items[to->count];

        key->line = to->line;
        key->column = to->column;
        if (!copy_node(copy, key, fy_node_pair_key(pair)))
            return false;
        if (key->kind != YAML_SCALAR)
            return complain(&copy->complaints, key, "a key has to be a word");
        value->line = key->line;
        value->column = key->column;
        if (!copy_node(copy, value, fy_node_pair_value(pair)))
            return false;
        if (yaml_get(to, key->text))
            return complain(&copy->complaints, key, "\"%s\" stands here twice", key->text);
        if (to->count++ == 0) {
            to->line = key->line;
            to->column = key->column;
        }
    }
    return true;
}

static bool copy_node(struct copy *copy, struct yaml *to, struct fy_node *from)
{
    bool ok = true;

    to->text = "";
    if (!from)
        return true; /* null */
    if (++copy->nodes > NODES_MOST || copy->depth >= DEPTH_MOST)
        return complain(&copy->complaints, to, "too deep or too large");
    copy->depth++;
    if (fy_node_is_scalar(from) && !fy_node_is_alias(from))
        ok = copy_scalar(copy, to, from);
    else if (fy_node_is_sequence(from))
        ok = copy_list(copy, to, from);
    else if (fy_node_is_mapping(from))
        ok = copy_map(copy, to, from);
    else
        ok = complain(&copy->complaints, to, "aliases are not taken here; write it out");
    copy->depth--;
    return ok;
}

/* NOLINTEND(misc-no-recursion) */

static void collect(struct fy_diag *diag, struct complaints *complaints)
{
    struct fy_diag_error *error;
    void *iter = NULL;

    while ((error = fy_diag_errors_iterate(diag, &iter)) != NULL) {
        struct yaml at = { .line = error->line, .column = error->column };

        (void)complain(complaints, &at, "not YAML: %s", error->msg);
    }
    if (complaints->count == 0)
        (void)complain(complaints, &(struct yaml){ .line = 1, .column = 1 }, "not YAML");
}

/* libfyaml takes any bytes; we do not. */
static bool is_text(const char *text, size_t len, struct complaints *complaints)
{
    struct yaml at = { .line = 1, .column = 1 };

    if (len > SIZE_MOST)
        return complain(complaints, &at, "larger than %d bytes", SIZE_MOST);
    for (size_t i = 0; i < len; at.column++) {
        char32_t cp;
        size_t n = utf8_next(text + i, len - i, &cp);

        if (cp == 0xFFFD && n == 1)
            return complain(complaints, &at, "this is not UTF-8");
        if ((cp < ' ' && cp != '\n' && cp != '\r' && cp != '\t') || cp == 0x7F)
            return complain(complaints, &at, "a control character");
        if (cp == '\n') {
            at.line++;
            at.column = 0;
        }
        i += n;
    }
    return true;
}

/* Nothing but blanks and comments is an empty document, not a wrong one. */
static bool is_empty(const char *text)
{
    for (text += strspn(text, " \t\r\n"); *text == '#'; text += strspn(text, " \t\r\n"))
        text += strcspn(text, "\n");
    return !*text;
}

/* "---" and "..." are markers where a line begins with them, whatever it stands in. */
static bool is_marker(const char *line, const char *marker)
{
    return strncmp(line, marker, 3) == 0 && strchr(" \t\r\n", line[3]);
}

/* Only the first of several documents would be read, and nothing behind its end. */
static bool is_one(const char *text, struct complaints *complaints)
{
    struct yaml at = { .line = 1, .column = 1 };
    bool begun = false, ended = false;

    for (; *text; at.line++) {
        const char *first = text + strspn(text, " \t");
        bool end = is_marker(text, "...");
        bool nothing = end || *text == '%' || strchr("#\r\n", *first); /* or the NUL */

        if (begun && is_marker(text, "---"))
            return complain(complaints, &at, "a second document; one file is one configuration");
        if (ended && !nothing)
            return complain(complaints, &at,
                            "behind \"...\" nothing is read; one file is one configuration");
        ended = ended || (begun && end);
        begun = begun || !nothing;
        text += strcspn(text, "\r\n");
        text += strncmp(text, "\r\n", 2) == 0 ? 2 : *text != '\0';
    }
    return true;
}

bool yaml_parse(struct yaml *root, struct arena *arena, const char *file, const char *text,
                size_t len, struct buf *out)
{
    struct fy_diag_cfg diag_cfg;
    struct copy copy = { .arena = arena, .complaints = { .file = file, .out = out } };
    struct fy_diag *diag;
    struct fy_document *doc;
    bool ok;

    *root = (struct yaml){ .line = 1, .column = 1, .text = "" };
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (!is_text(text, len, &copy.complaints))
        return false;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    diag = fy_diag_create(&diag_cfg);
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = { .search_path = "",
                                .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG,
                                .diag = diag };
    doc = fy_document_build_from_string(&cfg, text, len);
    if (!doc) {
        ok = is_empty(text);
        if (!ok)
            collect(diag, &copy.complaints);
    } else {
        ok = copy_node(&copy, root, fy_document_root(doc)) && is_one(text, &copy.complaints);
    }
    fy_document_destroy(doc);
    fy_diag_destroy(diag);
    return ok;
}
