#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/field.h"
#include "source_kit.h"

static bool take(const void *config, const struct reply *reply, struct plan *plan,
                 struct batch *batch, struct dx_error *err)
{
    (void)config;
    (void)reply;
    (void)plan;
    (void)batch;
    (void)err;
    return true;
}

static const struct source any = { .name = "any", .decode = take };

static const struct {
    const char *body, *type, *words; /* words "": it is read */
    size_t repaired;
} bodies[] = {
    { "{}", "", "", 0 },
    { " 7 ", "", "", 0 },
    { "\xEF\xBB\xBF[\"\\ud800\\u0000\xff\"]", "", "", 4 },
    { "{\"\\u0000\":1}", "", "", 1 },
    { "{\"a\":123456789012345678901234567890,\"a\":2}", "", "", 0 },
    { "[\"two\nlines\",1e999,NaN]", "", "", 3 },
    { "[\"C:\\dir\"]", "text/html", "", 1 },
    { "", "", "answered with nothing", 0 },
    { " \r\n", "", "answered with nothing", 0 },
    { "\xEF\xBB\xBF", "", "answered with nothing", 0 },
    { "{\"a\":[1,2", "", "the answer was cut short after 9 bytes", 0 },
    { "{\"a\":tru", "", "the answer was cut short after 8 bytes", 0 },
    { "[\"a\\u12", "", "the answer was cut short after 7 bytes", 0 },
    { "{\"a\":\"b\xC3", "", "the answer was cut short after 8 bytes", 0 },
    { "[1}", "", "answered with something else than JSON: \"[1}\" (line 1: ']' expected near '}')",
      0 },
    { "Prometheus is Ready.\n", "text/plain",
      "answered with something else than JSON: \"Prometheus is Ready.\" (line 1: invalid token "
      "near 'Prometheus')",
      0 },
    { "<html><TITLE lang=en>\n Bad\x1bGateway </TITLE>", "",
      "answered with a web page \"Bad\xEF\xBF\xBD"
      "Gateway\" (a proxy, a login?)",
      0 },
    { "<html><title", "", "answered with a web page (a proxy, a login?)", 0 },
    { "<html><title>", "", "answered with a web page (a proxy, a login?)", 0 },
    { "down", "text/html; charset=utf-8", "answered with a web page (a proxy, a login?)", 0 },
};

Test(source, reads_what_can_be_read_and_says_what_the_rest_is)
{
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct kit kit = { 0 };
        size_t len = strlen(bodies[i].body);
        char *exact = malloc(len + 1); /* as net hands it over: NUL behind it */

        memcpy(exact, bodies[i].body, len + 1);
        kit_poll(&kit, 1795518000000);
        bool ok =
            kit_decode(&kit, &any, NULL,
                       (struct reply){ .body = exact, .len = len, .content_type = bodies[i].type });

        cr_expect_eq(ok, *bodies[i].words == '\0', "%s", exact);
        cr_expect_str_eq(kit.err.text, bodies[i].words, "%s", kit.err.text);
        cr_expect_eq(kit.batch.repaired, bodies[i].repaired, "%s: %zu", exact, kit.batch.repaired);
        kit_done(&kit);
        free(exact);
    }
}

static bool take_number(const void *config, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct dx_error *err)
{
    (void)config;
    (void)plan;
    (void)err;
    batch->done = field_int(reply->json, "id");
    return true;
}

Test(source, an_id_of_64_bits_keeps_its_last_digits)
{
    static const struct source numbers = { .name = "numbers", .decode = take_number };
    struct kit kit = { 0 };

    kit_poll(&kit, 1795518000000);
    cr_expect(
        kit_decode(&kit, &numbers, NULL, (struct reply){ .body = "{\"id\":9007199254740993}" }));
    cr_expect_eq(kit.batch.done, 9007199254740993);
    kit_done(&kit);
}

Test(source, whose_memory_jansson_uses_is_nobody_elses_matter)
{
    struct kit kit = { 0 };
    json_malloc_t before, after;
    json_free_t free_before, free_after;
    json_t *ours = json_loads("{\"a\":[1,\"two\"]}", 0, NULL);

    json_get_alloc_funcs(&before, &free_before);
    kit_poll(&kit, 1795518000000);
    cr_expect(kit_decode(&kit, &any, NULL, (struct reply){ .body = "{}" }));
    cr_expect_not(kit_decode(&kit, &any, NULL, (struct reply){ .body = "{" }));
    json_get_alloc_funcs(&after, &free_after);
    cr_expect_eq(after, before);
    cr_expect_eq(free_after, free_before);
    cr_expect_str_eq(json_string_value(json_array_get(json_object_get(ours, "a"), 1)), "two");
    json_decref(ours);
    kit_done(&kit);
}

Test(source, nesting_has_a_bound)
{
    struct kit kit = { 0 };
    char *deep = malloc(1 << 20);

    memset(deep, '[', (1 << 20) - 1);
    deep[(1 << 20) - 1] = '\0';
    kit_poll(&kit, 1795518000000);
    cr_expect_not(kit_decode(&kit, &any, NULL, (struct reply){ .body = deep }));
    cr_expect_str_eq(kit.err.text, "the answer is nested too deeply");
    free(deep);
    kit_done(&kit);
}

/* "[[],[], ... ,[] ]" of so many bytes; yours. */
static char *empty_lists(size_t len)
{
    char *body = malloc(len + 1);
    size_t at = 1;

    memset(body, ' ', len);
    body[0] = '[';
    for (; at + 6 < len; at += 3)
        memcpy(body + at, "[],", 3);
    memcpy(body + at, "[]", 2);
    body[len - 1] = ']';
    body[len] = '\0';
    return body;
}

Test(source, what_a_body_becomes_has_a_bound)
{
    const size_t most = 8 << 20, fine = 256 << 10;
    char *body = empty_lists(most);
    struct kit kit = { 0 };

    kit_poll(&kit, 1795518000000);
    cr_expect_not(kit_decode(&kit, &any, NULL, (struct reply){ .body = body, .len = most }));
    cr_expect_str_eq(kit.err.text, "the answer has too much in it for its 8388608 bytes", "%s",
                     kit.err.text);
    free(body);
    body = empty_lists(fine);
    kit.err = (struct dx_error){ 0 };
    cr_expect(kit_decode(&kit, &any, NULL, (struct reply){ .body = body, .len = fine }), "%s",
              kit.err.text);
    free(body);
    kit_done(&kit);
}

/* "[{},{}, ... ]", and the same within an object. */
static char *list_of(size_t count, bool within)
{
    struct buf body;

    buf_init(&body, 1 << 20);
    (void)buf_text(&body, within ? "{\"of\":7,\"list\":[{}" : "[{}");
    for (size_t i = 1; i < count; i++)
        (void)buf_text(&body, ",{}");
    (void)buf_text(&body, within ? "]}" : "]");
    return body.bytes;
}

static size_t entries; /* of what was decoded */

static bool count_entries(const void *config, const struct reply *reply, struct plan *plan,
                          struct batch *batch, struct dx_error *err)
{
    const json_t *list = json_object_get(reply->json, "list");

    (void)config;
    (void)plan;
    (void)batch;
    (void)err;
    entries = json_array_size(list ? list : reply->json);
    return true;
}

/* What is done with each entry may take the longer the more there are. */
Test(source, a_list_that_is_far_longer_than_was_asked_for_is_not_read)
{
    for (size_t i = 0; sources[i]; i++) {
        struct source one = *sources[i];
        size_t most = one.list_most;

        one.decode = count_entries;
        one.shorten = NULL;
        for (int within = 0; within < 2 && most > 0; within++) {
            struct kit kit = { 0 };
            char *fine = list_of(most, within), *more = list_of(most + 1, within);

            kit_poll(&kit, 1795518000000);
            entries = 0;
            cr_expect(kit_decode(&kit, &one, NULL, (struct reply){ .body = fine }), "%s", one.name);
            cr_expect_eq(entries, most, "%s", one.name);
            cr_expect_not(kit_decode(&kit, &one, NULL, (struct reply){ .body = more }));
            cr_expect(strstr(kit.err.text, "far more than was asked for"), "%s", kit.err.text);
            cr_expect_eq(entries, most, "%s", one.name);
            free(fine);
            free(more);
            kit_done(&kit);
        }
    }
}

Test(source, a_reply_without_a_body_is_no_crash)
{
    struct kit kit = { 0 };
    struct reply reply = { .body = NULL, .content_type = "", .detail_text = "", .next = "" };

    kit_poll(&kit, 1795518000000);
    cr_expect_not(source_decode(&any, NULL, &reply, &kit.plan, &kit.batch, &kit.err));
    cr_expect_str_eq(kit.err.text, "answered with nothing");
    dx_fail(&kit.err, DX_FAULT_NETWORK, "answered 502");
    source_refused(&any, NULL, &reply, &kit.err);
    cr_expect_str_eq(kit.err.text, "answered 502");
}

Test(source, is_found_by_its_name)
{
    cr_expect_eq(source_find("prometheus"), &source_prometheus);
    cr_expect_eq(source_find("alertmanager"), &source_alertmanager);
    cr_expect_null(source_find("nagios"));
}

/* ---- runs of a batch ---- */

static size_t find(struct batch *batch, int nth)
{
    char id[16];

    snprintf(id, sizeof(id), "%d", nth);
    return batch_find_run(batch, "acme/web", id, 1);
}

static void add_run(struct batch *batch, int nth)
{
    struct run *run = batch_run(batch);

    run->project = "acme/web";
    run->id = arena_print(&batch->arena, "%d", nth);
}

Test(source, a_run_is_found_among_many_and_of_two_the_later_one)
{
    struct batch batch = { 0 };
    struct batch_mark mark;

    cr_expect_eq(find(&batch, 0), SIZE_MAX);
    for (int i = 0; i < 300; i++) {
        add_run(&batch, i);
        cr_expect_eq(find(&batch, i), (size_t)i);
        cr_expect_eq(find(&batch, i + 1), SIZE_MAX);
    }
    cr_expect_eq(batch_find_run(&batch, "acme/web", "7", 2), SIZE_MAX);
    cr_expect_eq(batch_find_run(&batch, "acme/api", "7", 1), SIZE_MAX);
    mark = batch_mark(&batch);
    add_run(&batch, 7);
    add_run(&batch, 300);
    cr_expect_eq(find(&batch, 7), 300);
    cr_expect_eq(find(&batch, 8), 8);
    batch_rewind(&batch, &mark);
    cr_expect_eq(find(&batch, 7), 7);
    cr_expect_eq(find(&batch, 300), SIZE_MAX);
    (void)batch_run(&batch); /* it has no identity yet */
    cr_expect_eq(find(&batch, 300), SIZE_MAX);
    batch.runs[batch.run_count - 1].project = "acme/web";
    batch.runs[batch.run_count - 1].id = "300";
    cr_expect_eq(find(&batch, 300), 300);
    batch_done(&batch);
}

Test(source, of_two_cursors_of_a_name_the_later_one_counts)
{
    struct batch batch = { 0 };
    struct batch_mark mark;
    char name[16];

    cr_expect_null(batch_find_cursor(&batch, "n:web"));
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "n:%d", i);
        batch_cursor(&batch, name, i);
    }
    cr_expect_null(batch_find_cursor(&batch, "n:100"));
    cr_expect_eq(batch_find_cursor(&batch, "n:7")->value, 7);
    mark = batch_mark(&batch);
    batch_cursor(&batch, "n:7", 8);
    cr_expect_eq(batch_find_cursor(&batch, "n:7")->value, 8);
    batch_rewind(&batch, &mark);
    cr_expect_eq(batch_find_cursor(&batch, "n:7")->value, 7);
    batch_done(&batch);
}
