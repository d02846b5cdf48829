/* What is suggested for a ticket, where its category is a long one; runbooks as they are read. */
#include "config.h"

#include <string.h>

#include "../panels/suggest.h"
#include "panel_kit.h"

extern const struct dx_panel dx_panel_runbooks;

static struct suggestions found;

static void start(void)
{
    memset(&found, 0, sizeof(found));
    panel_start();
    cr_assert(instance_open(&in, &lists, "", NULL, 0));
}

TestSuite(suggest, .init = start, .fini = panel_stop);
TestSuite(runbook, .init = panel_start, .fini = panel_stop);

static void update(const struct dx_view *view, struct dx_list *list)
{
    (void)list;
    suggest_read(&found, view, "t1");
}

static void similar(const char *category)
{
    struct fake_row *row = fake_add(DX_QUERY_SIMILAR);

    fake_text(row, DX_FIELD_CATEGORY, category);
    fake_set(row, DX_FIELD_VALUE, 1.);
}

/* A line of the suggestions, as they are drawn on a screen of so many columns. */
static const char *drawn(int cols)
{
    static char text[256];
    struct dx_canvas all;
    struct grid wide;

    panel.update = update;
    panel_update();
    grid_init(&wide, 4, cols, &glyph_sets[GLYPHS_ASCII]);
    all = canvas_of(&wide);
    (void)suggest_draw(&found, &all, (struct suggest_place){ 1, 3, 10 });
    memset(text, 0, sizeof(text));
    for (int col = 0; col < cols; col++)
        text[col] = (char)(wide.cells[cols + col].cp ? wide.cells[cols + col].cp : ' ');
    for (size_t n = strlen(text); n > 0 && text[n - 1] == ' ';)
        text[--n] = '\0';
    grid_done(&wide);
    return text;
}

static const char fifty[] = "network and storage / registries / pulls of images";

Test(suggest, a_long_category_leaves_room_for_what_to_do)
{
    similar(fifty);
    similar(fifty);
    cr_expect_str_eq(drawn(120),
                     " likely    network and storage / registries / pulls of images  2 of 2 "
                     "like it; a accepts, i ignores");
    cr_expect_str_eq(
        drawn(80),
        " likely    network and sto~ulls of images  2 of 2 like it; a accepts, i ignores");
    cr_expect_str_eq(drawn(40), " likely    network and st~lls of images");
}

/* A frame that does not wait for them says so; the next update ends as one that waited. */
Test(suggest, of_what_is_looked_for_later_nothing_is_said_yet)
{
    similar("runners");
    similar("runners");
    in.hurried = true;
    cr_expect_str_eq(drawn(40), " like it   looking for them ~");
    cr_expect_eq(found.ticket_count, 0);
    cr_expect(in.owes);
    cr_expect_str_eq(drawn(60), " likely    runners  2 of 2 like it; a accepts, i ignores");
    cr_expect_eq(found.ticket_count, 2);
    cr_expect_not(in.owes);
}

/* What is to be typed stands there as the user has bound it. */
Test(suggest, keys_are_called_by_what_they_are_bound_to)
{
    struct keymap map;

    keymap_init(&map);
    map.count = 0;
    keymap_add(&map, ACTION_ACCEPT, (struct key){ .key = DX_KEY_F1 + 4 });
    keymap_add(&map, ACTION_UNDO, (struct key){ .key = 'U' });
    in.keymap = &map;
    similar("runners");
    similar("runners");
    cr_expect_str_eq(drawn(70), " likely    runners  2 of 2 like it; f5 accepts, :ignore ignores");
    fake_set(fake_add(DX_QUERY_TRIAGE), DX_FIELD_STATE, DX_VERDICT_IGNORED);
    cr_expect_str_eq(drawn(60), " Suggestions are ignored; U shows them.");
}

/* What the host would keep of it; "" where it is of no use. */
static const char *judged(const char *key, enum dx_verdict verdict)
{
    static char out[sizeof(((struct dx_host *)0)->text)];
    struct dx_host host = { .instance = &in };
    struct dx_event event = { .size = sizeof(event), .type = DX_EVENT_VERDICT, .verdict = verdict };
    bool used = suggest_event(&found, &event, &host, key) == DX_USED;

    snprintf(out, sizeof(out), "%s", used ? host.text : "");
    return out;
}

Test(suggest, what_a_person_says_of_it_goes_to_the_host)
{
    struct dx_host host = { .instance = &in };
    struct dx_event a = { .size = sizeof(a), .type = DX_EVENT_KEY, .key = 'a' };

    cr_expect_str_eq((drawn(40), judged("t1", DX_VERDICT_ACCEPTED)), "", "nothing is suggested");
    similar("runners");
    similar("runners");
    (void)drawn(40);
    cr_expect_str_eq(judged("t1", DX_VERDICT_ACCEPTED), "t1 accept runners");
    cr_expect_str_eq(judged("t1", DX_VERDICT_IGNORED), "t1 ignore ");
    cr_expect_str_eq(judged("t1", DX_VERDICT_NONE), "", "there is nothing to undo");
    cr_expect_str_eq(judged("", DX_VERDICT_ACCEPTED), "", "no ticket is read");
    cr_expect_str_eq(judged("j7", DX_VERDICT_IGNORED), "", "a job");
    found.verdict = DX_VERDICT_ACCEPTED;
    cr_expect_str_eq(judged("t1", DX_VERDICT_NONE), "t1 undo ");
    cr_expect_str_eq(judged("t1", DX_VERDICT_IGNORED), "", "to be undone first");
    found.verdict = DX_VERDICT_NONE;
    cr_expect_eq(suggest_event(&found, &a, &host, "t1"), DX_IGNORED, "a key is the host's");
}

Test(suggest, where_none_is_alike_nothing_is_said_in_the_end)
{
    in.hurried = true;
    cr_expect_str_eq(drawn(40), " like it   looking for them ~");
    cr_expect_str_eq(drawn(40), "");
}

Test(suggest, what_is_ignored_is_not_looked_for)
{
    fake_set(fake_add(DX_QUERY_TRIAGE), DX_FIELD_STATE, DX_VERDICT_IGNORED);
    in.hurried = true;
    cr_expect_str_eq(drawn(60), " Suggestions are ignored; u shows them.");
    cr_expect_not(in.owes);
}

/* Longer than what is kept of it, and of more bytes than columns. */
Test(suggest, a_category_of_any_length_is_one)
{
    char name[601] = "";

    for (int i = 0; i < 150; i++)
        (void)strcat(name, "\xc3\xb6\xc3\xa4");
    similar(name);
    similar(name);
    similar("runners");
    (void)drawn(80);
    cr_expect_eq(found.votes, 2);
    cr_expect_eq(found.of, 3);
    cr_expect_eq(strlen(found.category), 254, "%zu: no half of a character",
                 strlen(found.category));
}

Test(suggest, a_long_category_that_was_accepted)
{
    struct fake_row *row = fake_add(DX_QUERY_TRIAGE);

    fake_set(row, DX_FIELD_STATE, DX_VERDICT_ACCEPTED);
    fake_text(row, DX_FIELD_CATEGORY, fifty);
    cr_expect_str_eq(drawn(60), " category  network an~of images  accepted here; u undoes it");
    cr_expect_str_eq(drawn(120), " category  network and storage / registries / pulls of images  "
                                 "accepted here; u undoes it");
    cr_expect_str_eq(found.accepted, fifty);
}

/* ---- runbooks ---- */

/* The rows of one as it is read in 58 columns, a line each. */
static const char *read_runbook(const char *text)
{
    static char out[4096];
    struct step step = { .url = "" };

    fake.count = 0;
    fake_text(fake_add(DX_QUERY_RUNBOOKS), DX_FIELD_TEXT, text);
    if (in.panel)
        instance_close(&in);
    cr_assert(instance_open(&in, &dx_panel_runbooks, "", NULL, 0));
    panel_update();
    (void)snprintf(step.key, sizeof(step.key), "b1");
    instance_push(&in, &step);
    panel_update();
    out[0] = '\0';
    for (size_t i = 0; i < in.table->row_count; i++)
        (void)snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s|",
                       in.table->rows[i].cells[0].text);
    return out;
}

Test(runbook, a_long_line_goes_on_in_the_next_row)
{
    cr_expect_str_eq(
        read_runbook("# Title\nThis line is so long that it does not fit into the columns of this "
                     "panel, so that it takes two.\n\nshort\n"),
        "Title|This line is so long that it does not fit into the|columns of this panel, so that "
        "it "
        "takes two.||short|");
}

#define FOUR "\xe4\xbd\x9c\xe6\xa5\xad\xe4\xbd\x9c\xe6\xa5\xad" /* of two columns each */

Test(runbook, a_long_word_is_cut_between_characters)
{
    cr_expect_str_eq(
        read_runbook("https://wiki.example/a/very/long/address/that/has/no/blank/in/it/at/all\n"),
        "https://wiki.example/a/very/long/address/that/has/no/bla|nk/in/it/at/all|");
    cr_expect_str_eq(read_runbook(FOUR FOUR FOUR FOUR FOUR FOUR FOUR FOUR "\n"),
                     FOUR FOUR FOUR FOUR FOUR FOUR FOUR "|" FOUR "|");
}

Test(runbook, lines_of_code_are_no_headings)
{
    cr_expect_str_eq(read_runbook("```\n# kubectl get pods\n```\n# Then\n"),
                     "# kubectl get pods|Then|");
}
