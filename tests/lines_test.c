#include "config.h"

#include <string.h>

#include <criterion/criterion.h>

#include "source/lines.h"
#include "source_kit.h"

static const struct {
    const char *name, *text, *lines;
    bool cut;
} texts[] = {
    { "lines", "a\nb\n", "a\nb", false },
    { "no line feed at the end", "a\nb", "a\nb", false },
    { "empty", "", "", false },
    { "nothing in a line", "a\n\n \nb\n", "a\nb", false },
    { "CRLF", "a\r\nb\r\n", "a\nb", false },
    { "the first line is half of one", "alf a line\nb\n", "b", true },
    { "half a line and no more", "half a line", "", true },
    { "a byte order mark",
      "\xEF\xBB\xBF"
      "a",
      "a", false },
    { "a progress bar", "10%\r50%\r100% done\n", "100% done", false },
    { "colours", "\x1b[31;1mError\x1b[0m: no\n", "Error: no", false },
    { "an operating system command",
      "\x1b]0;title\x07"
      "a\x1b]8;;http://h\x1b\\b\n",
      "ab", false },
    { "an escape at the end", "a\x1b\nb\x1b[", "a\nb", false },
    { "GitLab's sections",
      "section_start:1560896352:script\r\x1b[0Kmake\nsection_end:1:script\r\x1b[0K\n", "make",
      false },
    { "GitHub's time and mark stay", "2026-11-24T08:43:00.1234567Z ##[error]no\n",
      "2026-11-24T08:43:00.1234567Z ##[error]no", false },
    { "broken bytes and bidi",
      "\xFF"
      "a\xE2\x80\xAE"
      "b\n",
      "\xEF\xBF\xBD"
      "ab",
      false },
    { "a NUL is a control",
      "a\x01"
      "b\n",
      "a\xEF\xBF\xBD"
      "b",
      false },
};

Test(lines, of_a_log_can_be_read_and_shown)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct buf out;

        buf_init(&out, 4096);
        source_lines(&out, texts[i].text, strlen(texts[i].text), texts[i].cut);
        cr_expect_str_eq(out.bytes ? out.bytes : "", texts[i].lines, "%s", texts[i].name);
        buf_done(&out);
    }
}

Test(lines, that_are_too_long_are_cut_and_those_behind_them_are_not)
{
    char text[5000];
    struct buf out;

    memset(text, 'x', sizeof(text));
    memcpy(text + 4000, "\nnext\n", 7);
    buf_init(&out, sizeof(text));
    source_lines(&out, text, 4006, false);
    cr_expect_eq(strcspn(out.bytes, "\n"), 2000);
    cr_expect_str_eq(out.bytes + 2000, "\nnext");
    buf_done(&out);
}

/* ---- what a decoder gets ---- */

static struct {
    int calls, status;
    char body[200];
    bool json, cut;
} got;

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    (void)config;
    (void)plan;
    (void)batch;
    (void)err;
    got.calls++;
    got.status = reply->status;
    got.json = reply->json != NULL;
    got.cut = reply->cut;
    snprintf(got.body, sizeof(got.body), "%s", reply->body);
    return true;
}

static const char *const *command(const void *config)
{
    (void)config;
    return NULL;
}

static const struct source server = { .name = "test", .decode = decode };
static const struct source program = { .name = "test", .decode = decode, .command = command };

static bool take(const struct source *source, struct reply reply)
{
    static struct kit kit;
    bool ok;

    memset(&got, 0, sizeof(got));
    kit_poll(&kit, 1);
    reply.status = reply.status ? reply.status : 200;
    ok = kit_decode(&kit, source, NULL, reply);
    kit_done(&kit);
    return ok;
}

Test(reply, a_text_is_lines_and_no_json)
{
    cr_assert(take(&server, (struct reply){ .body = "[1]\x1b[0m\r\n\x07"
                                                    "b",
                                            .text = true }));
    cr_expect_str_eq(got.body, "[1]\n\xEF\xBF\xBD"
                               "b");
    cr_expect_not(got.json);
    cr_assert(take(&server, (struct reply){ .body = "alf\nb", .text = true, .cut = true }));
    cr_expect_str_eq(got.body, "b");
    cr_expect_not(take(&server, (struct reply){ .body = "<html><title>Sign in</title>",
                                                .content_type = "text/html; charset=utf-8",
                                                .text = true }),
                  "a login page is no log");
    cr_expect_eq(got.calls, 0);
}

Test(reply, an_answer_that_is_no_success_need_not_be_json)
{
    cr_assert(take(&server, (struct reply){ .body = "<h1>Not Found</h1>", .status = 404 }));
    cr_expect_eq(got.status, 404);
    cr_expect_not(got.json);
    cr_assert(take(&server, (struct reply){ .body = "{\"message\": \"no\"}", .status = 404 }));
    cr_expect(got.json);
    cr_assert(take(&server,
                   (struct reply){ .body = "{\"message\": \"no\"}", .status = 410, .text = true }));
    cr_expect(got.json, "of a log that is gone too");
    cr_expect_not(take(&server, (struct reply){ .body = "<h1>Hello</h1>" }));
}

Test(reply, what_a_program_printed_is_as_it_was_printed)
{
    cr_assert(take(&program, (struct reply){ .body = "{\"a\":1}\n{\"b\":", .cut = true }));
    cr_expect_str_eq(got.body, "{\"a\":1}\n{\"b\":");
    cr_expect(got.cut);
    cr_expect_not(got.json);
}
