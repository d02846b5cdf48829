/* yaml: a YAML text as a tree with positions; the only file that knows
 * libfyaml. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include "core/buf.h"
#include "core/mem.h"

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    int line, column;   /* from 1; of the key where a value is empty */
    const char *text;   /* of a scalar; "" else */
    bool quoted;        /* "30s" in quotes is a text all the same */
    bool wrong;         /* an item that was complained of: nobody judges it further */
    size_t count;       /* items, or pairs */
    struct yaml *keys;  /* of a map */
    struct yaml *items; /* of a list; the values of a map */
};

/* Everything lives in the arena. false: complaints has "file:line:column: what"
 * lines. Bounded: 1 MiB, 64 deep, 100,000 nodes. */
bool yaml_parse(struct yaml *root, struct arena *arena, const char *file, const char *text,
                size_t len, struct buf *complaints);
const struct yaml *yaml_get(const struct yaml *map, const char *key); /* NULL: not there */
/* The same, and without a value it is as not there: what it stands for is by default. */
const struct yaml *yaml_given(const struct yaml *map, const char *key);

/* Add "file:line:column: " and the words, and a newline. Returns false. */
struct complaints {
    const char *file;
    struct buf *out;
    size_t count;
};
bool complain(struct complaints *complaints, const struct yaml *at, const char *fmt, ...)
    DX_PRINTF(3, 4);
/* The same with "; did you mean "x"?" where a name is near. */
bool complain_word(struct complaints *complaints, const struct yaml *at, const char *what,
                   const char *const *names);

#endif
