/* triage: what people said of the suggestions for a ticket. */
#include "config.h"

#include "store/internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { CATEGORY_MOST = 256, SHOWN = 60 };

struct verdict {
    int64_t ticket, now_ms;
    enum dx_verdict said;
    char category[CATEGORY_MOST];
};

/* A ticket's number, the verdict and, behind it, the category; whoever wrote it is not trusted. */
static bool read_wish(const char *wish, struct verdict *verdict)
{
    static const struct {
        const char *word;
        enum dx_verdict said;
    } words[] = { { " accept", DX_VERDICT_ACCEPTED },
                  { " ignore", DX_VERDICT_IGNORED },
                  { " undo", DX_VERDICT_NONE } };
    char *rest;

    if (*wish != 't')
        return false;
    verdict->ticket = strtoll(wish + 1, &rest, 10);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i].word);

        if (strncmp(rest, words[i].word, len) != 0)
            continue;
        verdict->said = words[i].said;
        rest += len + strspn(rest + len, " ");
        if (rest[-1] == ' ')
            (void)text_clean(verdict->category, sizeof(verdict->category), rest, strlen(rest));
        return true;
    }
    return false;
}

bool verdict_put(struct store *store, const struct granting *g, struct dx_error *err)
{
    struct verdict verdict = { .now_ms = g->now_ms };
    sqlite3_stmt *stmt;
    char shown[SHOWN];

    if (!read_wish(g->wish->arg, &verdict)) {
        (void)text_clean(shown, sizeof(shown), g->wish->arg, strlen(g->wish->arg));
        (void)dx_fail(g->refused, DX_FAULT_SYSTEM, "no verdict: %s", shown);
        return true;
    }
    stmt = store_statement(
        store,
        verdict.said == DX_VERDICT_NONE
            ? "DELETE FROM triage WHERE ticket = ?1"
            : "INSERT INTO triage (ticket, verdict, category, at_ms) SELECT id, ?2, ?3, ?4"
              " FROM ticket WHERE id = ?1 ON CONFLICT (ticket) DO UPDATE SET (verdict, category,"
              " at_ms) = (excluded.verdict, excluded.category, excluded.at_ms)",
        err);
    if (!stmt || !store_touch(store, err))
        return false;
    (void)sqlite3_bind_int64(stmt, 1, verdict.ticket);
    if (verdict.said != DX_VERDICT_NONE) {
        (void)sqlite3_bind_int(stmt, 2, (int)verdict.said);
        bind_text(stmt, 3, verdict.category);
        (void)sqlite3_bind_int64(stmt, 4, verdict.now_ms);
    }
    return store_step(store, stmt, err);
}
