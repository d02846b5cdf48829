/* Runbooks and tickets by their words, and what people say of suggestions. */
#include "config.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/words.h"
#include "store/internal.h"
#include "store_kit.h"

TestSuite(store_search, .init = kit_init, .fini = kit_done, .timeout = 60);

/* ---- words ---- */

static const char *words_of(const char *text)
{
    static char out[512];
    struct words words = { .count = 0 };

    words_add(&words, text);
    out[0] = '\0';
    for (size_t i = 0; i < words.count; i++)
        (void)snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s ", words.word[i]);
    return out;
}

Test(words, tell_a_text_from_others)
{
    cr_expect_str_eq(words_of("Please help: CI cannot pull the images of linux-xl, 503!"),
                     "ci pull images linux xl ");
    cr_expect_str_eq(words_of("runner RUNNER r x2 2 \xe4\xbd\x9c\xe6\xa5\xad Zw\xc3\xb6lf"),
                     "runner x2 \xe4\xbd\x9c\xe6\xa5\xad zw\xc3\xb6lf ");
    cr_expect_str_eq(words_of(""), "");
    cr_expect_str_eq(words_of(" -- \"' "), "");
}

Test(words, a_long_one_is_cut_between_characters)
{
    char text[200] = "", word[WORD_MOST];
    const char *at = text;

    for (int i = 0; i < 50; i++)
        (void)strcat(text, "\xc3\xb6");
    cr_expect(words_next(&at, word));
    cr_expect_eq(strlen(word), 46);
    cr_expect_str_eq(at, "");
    cr_expect_not(words_next(&at, word));
}

/* ---- tickets ---- */

static void add(struct batch *batch, const char *key, const char *title, const char *text,
                int64_t resolved_ms)
{
    struct ticket *t = batch_ticket(batch);

    t->parts = TICKET_FIELDS;
    t->key = batch_text(batch, key, strlen(key));
    t->title = title;
    t->text = batch_text(batch, text, strlen(text));
    t->category = "runners";
    t->state = resolved_ms > 0 ? DX_TICKET_DONE : DX_TICKET_NEW;
    t->created_ms = T0 - DAY;
    t->resolved_ms = resolved_ms;
}

static void fill(void)
{
    struct batch b = { 0 };

    kit_collect();
    add(&b, "DX-1", "linux-xl: jobs wait for ever", "The pool has no runner online.", T0 - HOUR);
    add(&b, "DX-2", "Access to the registry", "I cannot push images.", T0 - HOUR);
    add(&b, "DX-3", "Jobs of linux-xl wait", "Since noon.", 0);
    add(&b, "DX-4", "K\xc3\xb6nnen Sie helfen?", "Zugang \xe2\x80\x93 Registry", 0);
    kit_poll(0, T0, &b);
}

static const char *found(enum dx_query query, const struct dx_filter *filter)
{
    return ROWS(kit.store, query, filter, T0, DX_FIELD_NAME);
}

Test(store_search, all_words_are_to_be_there_the_last_as_a_beginning)
{
    fill();
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "registry push")), "DX-2\n");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "REGIS")), "DX-2\nDX-4\n");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "konnen")), "DX-4\n");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "linux-xl", .limit = 1)), "DX-3\n");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "regis push")), "");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "\" OR * NEAR( -")), "");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "")), "");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_SEARCH, DX_FILTER(.name = "runner online"), T0,
                          DX_FIELD_KEY, DX_FIELD_TEXT),
                     "t1|The pool has no [runner] [online].\n");
}

Test(store_search, like_a_ticket_are_those_that_were_resolved)
{
    fill();
    cr_expect_str_eq(found(DX_QUERY_SIMILAR, DX_FILTER(.key = "t3")), "DX-1\n");
    cr_expect_str_eq(found(DX_QUERY_SIMILAR, DX_FILTER(.key = "t4")), "DX-2\n");
    cr_expect_str_eq(found(DX_QUERY_SIMILAR, DX_FILTER(.key = "t99")), "");
}

Test(store_search, a_ticket_that_changed_is_found_by_its_new_words)
{
    struct batch b = { 0 };

    fill();
    add(&b, "DX-2", "Quota of the cache", "", T0 - HOUR);
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "push")), "");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "quota")), "DX-2\n");
}

/* ---- where there are many ---- */

enum { MANY = 90, RARE = 30 };

/* As if half a million came before. Each third has the words of one that many look for. */
static void fill_behind_many(void)
{
    struct batch b = { 0 };
    sqlite3 *db;

    kit_collect();
    for (int i = 1; i <= MANY; i++) {
        char key[16], text[64];

        (void)snprintf(key, sizeof(key), "DX-%d", i);
        (void)snprintf(text, sizeof(text), "No images%s. %s", i == RARE ? "; linux-xl" : "",
                       i % 3 == 0 ? "Images, imagine: images!" : "");
        add(&b, key, "Builds fail", text, 0);
    }
    kit_poll(0, T0, &b);
    cr_assert_eq(sqlite3_open(kit.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db,
                              "UPDATE ticket SET id = id + 500000;"
                              "UPDATE ticket_text SET ticket = ticket + 500000",
                              0, 0, 0),
                 SQLITE_OK);
    (void)sqlite3_close(db);
}

static const char *first(const char *text)
{
    return found(DX_QUERY_SEARCH, DX_FILTER(.name = text, .limit = 3));
}

Test(store_search, what_many_have_is_the_newest_of_it)
{
    fill_behind_many();
    cr_expect_str_eq(first("im"), "DX-90\nDX-89\nDX-88\n");
    cr_expect_str_eq(first("builds im"), "DX-1\nDX-2\nDX-4\n"); /* not many: by these words */
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_SEARCH, DX_FILTER(.name = "im", .limit = 1), T0, DX_FIELD_TEXT),
        "No [images]. [Images], [imagine]: [images]!\n");
}

/* It is not among the first that are looked at, or they are too few to tell. */
Test(store_search, what_few_have_is_found_and_ranked)
{
    fill_behind_many();
    cr_expect_str_eq(first("linu"), "DX-30\n");
    cr_expect_str_eq(first("builds images linu"), "DX-30\n");
    cr_expect_str_eq(first("imagi"), "DX-3\nDX-6\nDX-9\n"); /* alike: by their number */
    cr_expect_str_eq(first("builds zebra"), "");
}

Test(store_search, what_a_small_store_has_is_ranked)
{
    struct batch b = { 0 };

    kit_collect();
    for (int i = 1; i <= MANY; i++) {
        char key[16];

        (void)snprintf(key, sizeof(key), "DX-%d", i);
        add(&b, key, i == 7 ? "Images, images" : "Builds fail", "No images.", 0);
    }
    kit_poll(0, T0, &b);
    cr_expect_str_eq(first("im"), "DX-7\nDX-1\nDX-2\n");
    cr_expect_str_eq(first("images"), "DX-7\nDX-1\nDX-2\n");
}

/* The largest difference to what FTS5 says, where as many have the word. */
static double rank_error(const char *match)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt;
    double most = -1.;

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    stmt = store_statement(kit.store,
                           "SELECT how_well(ticket_words) + bm25(ticket_words, 3.0, 1.0)"
                           " FROM ticket_words WHERE ticket_words MATCH ?1",
                           &err);
    cr_assert(stmt, "%s", err.text);
    (void)sqlite3_bind_text(stmt, 1, match, -1, SQLITE_STATIC);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        most = fmax(most, fabs(sqlite3_column_double(stmt, 0)));
    (void)sqlite3_reset(stmt);
    store_end(kit.store);
    return most;
}

Test(store_search, rows_are_ranked_as_fts5_does_it)
{
    struct batch b = { 0 };

    fill();
    cr_expect_float_eq(rank_error("linux"), 0., 1e-9);
    cr_expect_float_eq(rank_error("registry OR jobs OR \"the pool\""), 0., 1e-9);
    cr_expect_float_eq(rank_error("reg*"), 0., 1e-9);
    cr_expect_float_eq(rank_error("zebra"), -1., 0.);
    /* Of a word that many have it is estimated how many: here each third has it. */
    for (int i = 10; i < 15000; i++) {
        char key[16];

        (void)snprintf(key, sizeof(key), "DX-%d", i);
        add(&b, key, i % 3 ? "Builds" : "Images", "No.", 0);
    }
    kit_poll(0, T0, &b);
    cr_expect_float_eq(rank_error("images"), 0., 0.02);
    cr_expect_float_neq(rank_error("images"), 0., 1e-9);
}

/* By a damaged disk: nothing is ranked by numbers that are none. */
Test(store_search, an_index_without_its_sums_is_said)
{
    struct reader reader;
    struct dx_error err = { 0 };
    const struct dx_error *said;
    void *rows;

    fill();
    cr_assert(store_exec(kit.store, "DELETE FROM ticket_words_data WHERE id = 1", &err), "%s",
              err.text);
    reader = store_reader(kit.store);
    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    rows = reader.open(reader.self, DX_QUERY_SEARCH, DX_FILTER(.name = "registry push"), T0);
    cr_expect_not(reader.ops->next(rows));
    reader.ops->close(rows);
    said = reader.error(reader.self);
    cr_assert(said);
    cr_expect(strstr(said->text, "malformed"), "%s", said->text);
    store_end(kit.store);
}

/* Somebody pastes what a log says. */
Test(store_search, very_many_words_are_all_to_be_there)
{
    struct batch b = { 0 };
    struct buf text;

    kit_collect();
    buf_init(&text, 1 << 12);
    for (int i = 0; i < 300; i++)
        (void)buf_print(&text, "%c%c ", 'a' + i / 26, 'a' + i % 26);
    add(&b, "DX-1", "Long", text.bytes, 0);
    add(&b, "DX-2", "Short", "aa ab ac", 0);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = text.bytes)), "DX-1\n");
    cr_expect_str_eq(found(DX_QUERY_SEARCH, DX_FILTER(.name = "aa ab ac")), "DX-2\nDX-1\n");
    buf_done(&text);
}

/* ---- runbooks ---- */

static const struct stored_runbook shelf[] = {
    { "pools/offline.md", "A pool is offline", "# A pool is offline\nAsk who drained it.\n", T0,
      9 },
    { "registry.md", "Registry answers 503", "# Registry\nLook at the proxy of images.\n", T0, 7 },
};

static void put(const struct stored_runbook *runbooks, size_t count)
{
    struct dx_error err = { 0 };

    cr_assert(store_put_runbooks(kit.store, runbooks, count, &err), "%s", err.text);
}

Test(store_search, runbooks_are_those_of_the_folder)
{
    const struct stored_runbook other = { "registry.md", "", NULL, T0, 7 };

    fill();
    put(shelf, 2);
    cr_expect_eq(store_runbook_count(kit.store), 2);
    cr_expect(store_has_runbook(kit.store, "registry.md", T0, 7));
    cr_expect_not(store_has_runbook(kit.store, "registry.md", T0, 8));
    cr_expect_not(store_has_runbook(kit.store, "registry.md", T0 + 1, 7));
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RUNBOOKS, NULL, T0, DX_FIELD_NAME, DX_FIELD_TITLE),
                     "pools/offline.md|A pool is offline\nregistry.md|Registry answers 503\n");
    put(&(struct stored_runbook){ "pools/offline.md", "Anew", "# Anew\n", T0 + 1, 8 }, 1);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RUNBOOKS, NULL, T0, DX_FIELD_KEY, DX_FIELD_TITLE),
                     "b1|Anew\n");
    put(shelf, 2);
    /* Its number was another one's: whoever read that is not to see this one. */
    cr_expect_str_neq(
        ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.name = "registry"), T0, DX_FIELD_KEY),
        "b2\n");
    put(&other, 1); /* the first file was removed; this one is as it was */
    cr_expect_str_eq(found(DX_QUERY_RUNBOOKS, NULL), "registry.md\n");
    cr_expect_str_eq(found(DX_QUERY_RUNBOOKS, DX_FILTER(.name = "drained")), "");
    cr_expect_str_eq(found(DX_QUERY_RUNBOOKS, DX_FILTER(.name = "prox")), "registry.md\n");
}

/* Where lines end there is room behind the cut for what would stand for half a letter. */
Test(store_search, an_excerpt_ends_with_a_whole_letter)
{
    char text[400];

    kit_collect();
    for (int lead = 0; lead < 3; lead++) {
        const struct stored_runbook one = { "a.md", "title", text, T0, 1 };
        int n = snprintf(text, sizeof(text), "needle\n\n\n\n\n%.*s", lead, "xxx");
        const char *row;

        for (; n < 390; n += 3)
            memcpy(text + n, "\xE2\x82\xAC", 4);
        put(&one, 1);
        row = ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.name = "needle"), T0, DX_FIELD_TEXT);
        cr_expect(strstr(row, "[needle] "), "%s", row);
        cr_expect_not(strstr(row, "\xEF\xBF\xBD"), "%s", row);
    }
}

Test(store_search, a_runbook_fits_a_ticket_and_a_failed_job)
{
    struct batch b = { 0 };
    struct run *run;
    struct job *job;

    fill();
    put(shelf, 2);
    cr_expect_str_eq(found(DX_QUERY_RUNBOOKS, DX_FILTER(.key = "t1")), "pools/offline.md\n");
    cr_expect_str_eq(found(DX_QUERY_RUNBOOKS, DX_FILTER(.key = "t2")), "registry.md\n");
    run = batch_run(&b);
    run->project = "acme/web";
    run->id = "1";
    job = batch_job(&b, 0);
    job->id = "7";
    job->name = "e2e";
    job->outcome.evidence = "registry: 503 Service Unavailable";
    kit_poll(0, T0, &b);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.key = "j1"), T0, DX_FIELD_NAME,
                          DX_FIELD_TEXT),
                     "registry.md|# [Registry] Look at the proxy of images.\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.key = "b1"), T0, DX_FIELD_TEXT),
                     "# A pool is offline\nAsk who drained it.\n\n");
}

/* ---- verdicts ---- */

static const char *verdict(void)
{
    return ROWS(kit.store, DX_QUERY_TRIAGE, DX_FILTER(.key = "t3"), T0 + HOUR, DX_FIELD_STATE,
                DX_FIELD_CATEGORY);
}

Test(store_search, a_suggestion_is_accepted_or_ignored)
{
    struct dx_error err = { 0 };

    fill();
    cr_expect_str_eq(verdict(), "");
    cr_expect(kit_grant("triage", "t3 accept build runners", T0, &err), "%s", err.text);
    cr_expect_str_eq(verdict(), "1|build runners\n");
    cr_expect(kit_grant("triage", "t3 ignore", T0, &err));
    cr_expect_str_eq(verdict(), "2|\n");
    cr_expect(kit_grant("triage", "t3 undo", T0, &err));
    cr_expect_str_eq(verdict(), "");
    cr_expect(kit_grant("triage", "t99 ignore", T0, &err)); /* it is gone */
    cr_expect_not(kit_grant("triage", "t3 maybe", T0, &err));
    cr_expect_str_eq(err.text, "no verdict: t3 maybe");
}

/* Whoever may write in the store may write this: it comes to other people's terminals. */
Test(store_search, what_is_accepted_is_kept_as_text_that_may_be_shown)
{
    struct dx_error err = { 0 };
    int64_t foul;

    fill();
    cr_expect(kit_grant("triage", "t3 accept \x1b]0;owned\x07\xff", T0, &err));
    cr_expect_str_eq(verdict(), "1|\uFFFD]0;owned\uFFFD\uFFFD\n");
    cr_expect(store_ask(kit.store, "SELECT count(*) FROM triage WHERE instr(category, char(27))",
                        &foul, &err));
    cr_expect_eq(foul, 0);
    cr_expect_not(kit_grant("triage", "t3 \x1b]0;owned", T0, &err));
    cr_expect_str_eq(err.text, "no verdict: t3 \uFFFD]0;owned");
}
