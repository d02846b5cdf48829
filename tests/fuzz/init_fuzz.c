/* Whatever is answered to `dxtop init`, what it writes is one configuration: YAML of a title, as it
 * was answered, and of a source with no key but those that were asked for; it is accepted or
 * complained of. The first byte is the source's type, the rest are the answers, a line each. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/init.h"
#include "collect/kinds.h"
#include "config/yaml.h"
#include "fuzz_input.h"
#include "fuzz_views.h"

enum { ROOM = 1 << 20, ANSWERS_MOST = 8192 };

static const char *const keys[] = { "type",     "name", "url",      "org",    "repos",
                                    "group",    "jobs", "groups",   "user",   "token",
                                    "password", "logs", "projects", "queries" };

/* libfyaml 0.7 loses its list of diagnostics after some syntax errors. */
const char *__lsan_default_suppressions(void);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}

/* What was asked for, and nothing that an answer smuggled in. */
static void check_source(const struct yaml *source)
{
    if (!source || source->kind != YAML_MAP)
        abort();
    for (size_t i = 0; i < source->count; i++) {
        size_t at = 0;

        while (at < sizeof(keys) / sizeof(keys[0]) && strcmp(keys[at], source->keys[i].text) != 0)
            at++;
        if (at == sizeof(keys) / sizeof(keys[0]))
            abort();
    }
}

static void check_yaml(const struct buf *text, const char *title)
{
    const struct yaml *sources, *read;
    struct buf complaints;
    struct arena arena = { 0 };
    struct yaml root;

    buf_init(&complaints, ROOM);
    if (!yaml_parse(&root, &arena, "init", text->bytes, text->len, &complaints)) {
        (void)fprintf(stderr, "%s%s", complaints.bytes, text->bytes);
        abort();
    }
    read = yaml_get(&root, "title");
    sources = yaml_get(&root, "sources");
    if (root.count != 2 || !read || strcmp(read->text, title) != 0 || !sources ||
        sources->kind != YAML_LIST || sources->count != 1)
        abort();
    check_source(&sources->items[0]);
    arena_free(&arena);
    buf_done(&complaints);
}

static void check_config(const struct buf *text)
{
    const struct config_kinds sources = kinds_of_sources();
    struct buf complaints;
    struct config config;

    buf_init(&complaints, ROOM);
    if (config_load(&config, "init", text->bytes, &sources, &fuzz_panels, &complaints) !=
        (complaints.len == 0))
        abort();
    config_done(&config);
    buf_done(&complaints);
}

static void ask(struct asker *asker, int type, struct buf *text)
{
    char title[ANSWER_MOST], name[ANSWER_MOST], answer[ANSWER_MOST];

    (void)snprintf(title, sizeof(title), "%s", ask_line(asker, answer, "Name", "platform"));
    (void)snprintf(name, sizeof(name), "%s", ask_line(asker, answer, "Name", ""));
    (void)ask_yes(asker, "Again", false);
    (void)buf_text(text, "title: ");
    init_quoted(text, title);
    (void)buf_text(text, "\nsources:\n");
    init_source(asker, text, type, name);
    check_yaml(text, title);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    struct asker asker = { .echo = true };
    struct fuzz_input in = { data, size };
    int type = (int)(fuzz_byte(&in) % 8);
    struct buf text;

    if (in.left == 0 || in.left > ANSWERS_MOST)
        return 0;
    if (!nowhere)
        nowhere = fopen("/dev/null", "we");
    asker.in = fmemopen((void *)(uintptr_t)in.at, in.left, "r");
    asker.out = nowhere;
    if (!asker.in || !nowhere)
        abort();
    buf_init(&text, ROOM);
    ask(&asker, type, &text);
    check_config(&text);
    buf_done(&text);
    (void)fclose(asker.in);
    return 0;
}
