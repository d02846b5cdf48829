/* mention: which pools, pipelines, projects and jobs a text names. */
#include "config.h"

#include "insight/mention.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/mem.h"

enum { SLOTS = 4096, FORM_MOST = 400, OWNERS_MOST = 3, PLAIN_LETTERS = 4, BESIDE_MOST = 3 };

struct form {          /* one way to write a name */
    struct form *next; /* that begins with the same word */
    const char *text;  /* without what is no word at its ends */
    size_t len;
    bool plain, single; /* single: ties only where nothing else is called so */
    enum dx_ref kind;
    struct mention owner[OWNERS_MOST];
    int owners; /* more than OWNERS_MOST: nobody can say which */
};

struct mentions {
    struct arena arena;
    struct form *slot[SLOTS];
};

struct mentions *mentions_new(void)
{
    return mem_new(1, sizeof(struct mentions));
}

void mentions_free(struct mentions *m)
{
    if (!m)
        return;
    arena_free(&m->arena);
    free(m);
}

/* ---- words ---- */

/* A letter or digit. Beyond ASCII those of alphabets that are written with blanks between
 * words (U+00C0 to U+05BF): a name may touch a Chinese or Japanese character. */
static bool is_letter_at(const char *text, const char *at)
{
    const unsigned char *p = (const unsigned char *)at;

    while ((*p & 0xC0) == 0x80 && (const char *)p > text)
        p--;
    return isalnum(*p) || (*p >= 0xC3 && *p <= 0xD6);
}

static size_t word_len(const char *text)
{
    size_t n = 0;

    while (isalnum((unsigned char)text[n]))
        n++;
    return n;
}

static size_t slot_of(const char *word, size_t len)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)tolower((unsigned char)word[i])) * UINT64_C(1099511628211);
    return (size_t)(h >> 20) % SLOTS;
}

static bool is_among(const char *const *words, const char *word, size_t len)
{
    for (; *words; words++)
        if (strlen(*words) == len && strncasecmp(*words, word, len) == 0)
            return true;
    return false;
}

/* ---- names that say little ---- */

/* What many things are called: in no order of importance, but by the alphabet. */
static const char *const common[] = {
    "a",       "all",     "amd64",   "and",     "api",         "app",     "arm64",   "auto",
    "build",   "cd",      "check",   "checks",  "ci",          "code",    "default", "deploy",
    "dev",     "docker",  "docs",    "e2e",     "end",         "for",     "format",  "hosted",
    "image",   "images",  "in",      "install", "integration", "java",    "k8s",     "latest",
    "lint",    "linux",   "main",    "master",  "merge",       "nightly", "node",    "of",
    "on",      "package", "pr",      "prod",    "publish",     "pull",    "push",    "python",
    "python3", "release", "request", "run",     "security",    "self",    "smoke",   "staging",
    "test",    "tests",   "the",     "to",      "ubuntu",      "unit",    "update",  "upload",
    "web",     "windows", "x64",     "x86",     NULL,
};

static const char *const phrases[] = { "self-hosted", "end-to-end", "pull-request", "ci/cd",
                                       "ci-cd",       "e2e-test",   "e2e-tests",    "unit-tests",
                                       "unit-test",   NULL };

static bool is_plain(const char *text, size_t len)
{
    bool digit = false, letter = false, blank = false, joined = false, all_common = true;

    if (is_among(phrases, text, len))
        return true;
    for (size_t i = 0; i < len;) {
        size_t n = word_len(text + i);

        for (size_t k = i; k < i + n; k++) {
            digit = digit || isdigit((unsigned char)text[k]);
            letter = letter || isalpha((unsigned char)text[k]);
        }
        all_common = all_common && (n == 0 || is_among(common, text + i, n));
        if (n == 0) {
            blank = blank || text[i] == ' ';
            joined = joined || text[i] != ' ';
            n = 1;
        }
        i += n;
    }
    if (blank)
        return all_common;
    /* "linux-xl" is nobody's word; "jdk21" is one that means it. */
    return !joined && (all_common || !digit || !letter || len < PLAIN_LETTERS);
}

/* ---- what can be named ---- */

static bool is_same(const struct mention *a, const struct mention *b)
{
    return a->kind == b->kind && a->id == b->id && a->nth == b->nth;
}

static void own(struct form *form, const struct mention *what)
{
    for (int i = 0; i < form->owners && i < OWNERS_MOST; i++)
        if (is_same(&form->owner[i], what))
            return;
    if (form->owners < OWNERS_MOST)
        form->owner[form->owners] = *what;
    form->owners++;
}

/* Without what is no word at its ends, and with one blank for many. */
static const char *trimmed(struct arena *arena, const char *name)
{
    char out[FORM_MOST] = "";
    size_t n = 0;

    while (*name && !isalnum((unsigned char)*name) && !((unsigned char)*name & 0x80))
        name++;
    for (; *name && n + 1 < sizeof(out); name++)
        if (*name != ' ' || (n > 0 && out[n - 1] != ' '))
            out[n++] = *name;
    while (n > 0 && !isalnum((unsigned char)out[n - 1]) && !((unsigned char)out[n - 1] & 0x80) &&
           out[n - 1] != ')' && out[n - 1] != ']')
        n--;
    out[n] = '\0';
    return arena_text(arena, out);
}

static void add_form(struct mentions *m, const struct mention *what, const char *name, bool single)
{
    const char *text = trimmed(&m->arena, name);
    size_t first = word_len(text), len = strlen(text);
    struct form **slot = &m->slot[slot_of(text, first)], *form;

    if (len == 0)
        return;
    for (form = *slot; form; form = form->next) /* a job is told apart by its pipeline */
        if (what->kind != DX_REF_JOB && form->kind == what->kind && form->single == single &&
            form->len == len && strcasecmp(form->text, text) == 0)
            break;
    if (!form) {
        form = arena_alloc(&m->arena, sizeof(*form));
        *form = (struct form){ .next = *slot,
                               .text = text,
                               .len = len,
                               .plain = is_plain(text, len),
                               .single = single,
                               .kind = what->kind };
        *slot = form;
    }
    own(form, what);
}

static const char *last_part(const char *project)
{
    const char *slash = strrchr(project, '/');

    return slash ? slash + 1 : project;
}

static void add_path(struct mentions *m, const struct mention *what, const char *project,
                     const char *name)
{
    char path[FORM_MOST];

    (void)snprintf(path, sizeof(path), "%.190s/%.190s", project, name);
    add_form(m, what, path, false);
}

void mentions_add(struct mentions *m, const struct mention_name *name)
{
    const char *last = last_part(name->project);

    switch (name->what.kind) {
    case DX_REF_POOL:
    case DX_REF_JOB:
        add_form(m, &name->what, name->name, false);
        break;
    case DX_REF_PROJECT:
        if (last != name->project)
            add_form(m, &name->what, name->project, false);
        add_form(m, &name->what, last, true);
        break;
    case DX_REF_PIPELINE:
        if (*name->project)
            add_path(m, &name->what, name->project, name->name);
        if (last != name->project)
            add_path(m, &name->what, last, name->name);
        add_form(m, &name->what, name->name, true);
        break;
    }
}

/* ---- finding ---- */

static const char *const of_pools[] = { "runner", "runners",  "pool",      "pools", "queue",
                                        "queues", "agent",    "agents",    "node",  "nodes",
                                        "fleet",  "executor", "executors", NULL };
static const char *const of_pipelines[] = { "pipeline", "pipelines",  "workflow", "workflows",
                                            "repo",     "repository", "project",  NULL };
static const char *const of_jobs[] = { "job", "jobs", NULL };

static const char *const *words_of(enum dx_ref kind)
{
    return kind == DX_REF_POOL ? of_pools : kind == DX_REF_JOB ? of_jobs : of_pipelines;
}

static bool is_between(char c)
{
    return c && strchr(" \t\n\"'`:=()[]", c);
}

/* A word that says what the name is stands right before or behind it. */
static bool is_told(const char *text, const char *begin, const char *end, enum dx_ref kind)
{
    const char *const *words = words_of(kind), *p = begin;
    size_t n = 0;

    while (n < BESIDE_MOST && p > text && is_between(p[-1])) {
        p--;
        n++;
    }
    for (n = 0; p > text && isalnum((unsigned char)p[-1]); n++)
        p--;
    if (n > 0 && is_among(words, p, n))
        return true;
    for (n = 0, p = end; n < BESIDE_MOST && is_between(*p); n++)
        p++;
    n = word_len(p);
    return n > 0 && is_among(words, p, n);
}

static bool joins(char c)
{
    return c && strchr("-/.:@", c);
}

/* Is text[begin, end) a name of its own, and not a part of a longer one? */
static bool is_whole(const char *text, const char *begin, const char *end)
{
    if (begin > text && (is_letter_at(text, begin - 1) || begin[-1] == '_' ||
                         (joins(begin[-1]) && begin - 1 > text && is_letter_at(text, begin - 2))))
        return false;
    return !*end || (!is_letter_at(text, end) && *end != '_' &&
                     !(joins(*end) && end[1] && is_letter_at(text, end + 1)));
}

/* Where the form ends, when it stands here; NULL: it does not. */
static const char *match(const struct form *form, const char *at)
{
    for (const char *f = form->text; *f; f++) {
        if (*f == ' ' && isspace((unsigned char)*at)) {
            at += strspn(at, " \t\r\n");
            continue;
        }
        if (tolower((unsigned char)*f) != tolower((unsigned char)*at))
            return NULL;
        at++;
    }
    return at;
}

struct finding {
    struct mention *out;
    size_t count, cap;
};

static void take(struct finding *found, const struct form *form)
{
    for (int i = 0; i < form->owners; i++) {
        size_t k = 0;

        while (k < found->count && !is_same(&found->out[k], &form->owner[i]))
            k++;
        if (k == found->count && k < found->cap)
            found->out[found->count++] = form->owner[i];
    }
}

/* A job counts where its pipeline is named too: many have one that is called so. */
static bool has_pipeline(const struct finding *found, int64_t id)
{
    for (size_t k = 0; k < found->count; k++)
        if (found->out[k].kind == DX_REF_PIPELINE && found->out[k].id == id)
            return true;
    return false;
}

static bool counts(const struct form *f, const char *text, const char *at, const char *end,
                   const struct finding *found)
{
    if (f->owners > (f->single ? 1 : OWNERS_MOST) || !is_whole(text, at, end))
        return false;
    if (f->kind != DX_REF_JOB)
        return !f->plain || is_told(text, at, end, f->kind);
    return has_pipeline(found, f->owner[0].id) &&
           (!f->plain || (at > text && at[-1] == '(' && *end == ')') ||
            is_told(text, at, end, f->kind));
}

static void look_at(const struct mentions *m, const char *text, const char *at, bool jobs,
                    struct finding *found)
{
    for (const struct form *f = m->slot[slot_of(at, word_len(at))]; f; f = f->next) {
        const char *end = (f->kind == DX_REF_JOB) == jobs ? match(f, at) : NULL;

        if (end && counts(f, text, at, end, found))
            take(found, f);
    }
}

size_t mentions_find(const struct mentions *m, const char *text, struct mention *out, size_t cap)
{
    struct finding found = { .out = out, .cap = cap };

    for (int jobs = 0; jobs < 2; jobs++) /* after the pipelines that they are of */
        for (const char *at = text; *at;) {
            size_t n = word_len(at);

            if (n > 0 || (unsigned char)*at >= 0xC0) /* names in other scripts begin anywhere */
                look_at(m, text, at, jobs == 1, &found);
            at += n > 0 ? n : 1;
        }
    return found.count;
}

/* ---- a search that comes before ---- */

/* "a b c": the words of a name as a phrase. */
static void add_words(struct buf *out, const char *name)
{
    bool gap = false, any = false;

    for (; *name; name++) {
        if (!isalnum((unsigned char)*name) && !((unsigned char)*name & 0x80)) {
            gap = any;
            continue;
        }
        if (gap)
            (void)buf_text(out, " ");
        gap = false;
        any = true;
        (void)buf_add(out, name, 1);
    }
}

/* OR "one other", and where it is plain one of the words that tell what it is. */
static void add_phrase(struct buf *out, const char *project, const char *name, enum dx_ref kind)
{
    const char *const *words = words_of(kind);

    (void)buf_text(out, out->len > 0 ? " OR (\"" : "(\"");
    add_words(out, project);
    (void)buf_text(out, " ");
    add_words(out, name);
    (void)buf_text(out, "\"");
    if (!*project && is_plain(name, strlen(name))) {
        (void)buf_print(out, " AND (%s", words[0]);
        for (size_t i = 1; words[i]; i++)
            (void)buf_print(out, " OR %s", words[i]);
        (void)buf_text(out, ")");
    }
    (void)buf_text(out, ")");
}

static bool has_word(const char *name)
{
    while (*name && !isalnum((unsigned char)*name) && !((unsigned char)*name & 0x80))
        name++;
    return *name != '\0';
}

const char *mention_search(char out[MENTION_SEARCH], const struct mention_name *name)
{
    const char *last = last_part(name->project);
    bool project = name->what.kind == DX_REF_PROJECT;
    struct buf text;

    out[0] = '\0';
    if (!has_word(project ? last : name->name))
        return out;
    buf_init(&text, MENTION_SEARCH - 1);
    switch (name->what.kind) {
    case DX_REF_POOL:
        add_phrase(&text, "", name->name, DX_REF_POOL);
        break;
    case DX_REF_PROJECT: /* the whole path holds the last part beside its owner */
        if (last != name->project)
            add_phrase(&text, name->project, "", DX_REF_PROJECT);
        add_phrase(&text, "", last, DX_REF_PROJECT);
        break;
    case DX_REF_PIPELINE:
        if (has_word(last))
            add_phrase(&text, last, name->name, DX_REF_PIPELINE);
        add_phrase(&text, "", name->name, DX_REF_PIPELINE);
        break;
    case DX_REF_JOB:
        (void)buf_text(&text, "(\"");
        add_words(&text, name->name);
        (void)buf_text(&text, "\" AND \"");
        add_words(&text, name->pipeline);
        (void)buf_text(&text, "\")");
        break;
    }
    if (!text.full) /* else it is no question any more, and no text has a name of that length */
        (void)snprintf(out, MENTION_SEARCH, "%.*s", (int)text.len, text.len > 0 ? text.bytes : "");
    buf_done(&text);
    return out;
}
