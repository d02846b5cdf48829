/* company_text: what people at the company write: names, titles, branches. */
#include "config.h"

#include "sim/company.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sim/noise.h"

#define MANY(list) (sizeof(list) / sizeof((list)[0]))

static const struct company_person people[] = {
    { "k-wu", "Kai Wu", 1201 },
    { "amara", "Amara Okafor", 1202 },
    { "jlindqvist", "Jörgen Lindqvist", 1203 },
    { "m-tanaka", "田中 美咲", 1204 },
    { "ivanova", "Ольга Иванова", 1205 },
    { "yusuf-k", "يوسف الكندي", 1206 },
    { "renovate[bot]", "renovate[bot]", 1207 },
    { "noa", "נועה לוי", 1208 },
    { "psharma", "प्रिया शर्मा", 1209 },
    { "minjun", "김민준", 1210 },
    { "zoe-o", "Zoë O'Brien", 1211 },
    { "papadopoulos", "Νίκος Παπαδόπουλος", 1212 },
    { "somchai", "สมชาย ใจดี", 1213 },
    { "release-bot", "Release 🤖", 1214 },
    { "lena", "Lena Müller-Weiß", 1215 },
    { "tomas", "Tomáš Novák", 1216 },
};

static const char *const verbs[] = { "fix",  "add",      "remove",   "rename", "speed up",
                                     "test", "document", "simplify", "update", "revert" };
static const char *const things[] = {
    "the session cache", "retry of failed uploads", "pagination of the list", "rounding of totals",
    "the login page",    "time zones in reports",   "the build image",        "dead code",
    "the rate limit",    "startup of the worker",   "the search index",       "error messages",
};

/* Each is something that has broken a program. */
static const char *const odd_titles[] = {
    "fix: \x1b[31mred\x1b[0m alert \x1b]0;owned\x07 title",
    "merge \xE2\x80\xAE"
    "gnp.exe"
    "\xE2\x80\xAC into main",
    "tabs\tand\r\nlines in one title",
    "日本語のタイトル：検索を速くする",
    "خطأ في حساب المجموع (fix total)",
    "zalgo: c\xCC\xB5\xCC\x8D\xCC\x93"
    "o\xCC\xB6\xCC\x81\xCC\x9B"
    "d\xCC\xB7\xCD\x84\xCC\x8D"
    "e",
    "👩‍👩‍👧‍👦 family account page 🏳️‍🌈",
    "<script>alert(1)</script> & \"quotes\" 'and' %s %n \\u0000",
    "zero\xE2\x80\x8Bwidth\xE2\x81\xA0 and soft\xC2\xADhyphen",
    "C1 \xC2\x9B"
    "31m and DEL \x7F in a title",
    "a title that goes on and on, since somebody pasted the whole message of the commit into its "
    "first line and never looked at it again, which happens more often than one would think, and "
    "then the list has to cut it somewhere, if possible not in the middle of a character",
};

const struct company_person *company_person(int index)
{
    return &people[(size_t)(index < 0 ? 0 : index) % MANY(people)];
}

const char *company_sha(char out[COMPANY_SHA], uint64_t commit)
{
    (void)snprintf(out, COMPANY_SHA, "%016" PRIx64 "%016" PRIx64 "%08" PRIx32, commit,
                   noise_hash(commit, 8000, 1), (uint32_t)noise_hash(commit, 8000, 2));
    return out;
}

static uint64_t key_of(const struct company_run *run)
{
    /* A pull request keeps its title and its branch. */
    if (run->pull)
        return noise_hash(run->pipeline->repo->default_branch[1] == 'a' ? 11 : 12, 8001,
                          run->pull * 1000 + run->pipeline->repo->index);
    return noise_hash(run->commit, 8001, 0);
}

const char *company_branch(char out[COMPANY_NAME], const struct company_run *run)
{
    static const char *const kinds[] = { "feature", "fix", "chore", "renovate", "größe" };
    uint64_t key = key_of(run);

    if (!run->pull)
        (void)snprintf(out, COMPANY_NAME, "%s", run->pipeline->repo->default_branch);
    else
        (void)snprintf(out, COMPANY_NAME, "%s/%" PRId64 "-%s", kinds[key % MANY(kinds)], run->pull,
                       strrchr(things[(key >> 8) % MANY(things)], ' ') + 1);
    return out;
}

const char *company_title(char out[COMPANY_TEXT], const struct company_run *run)
{
    uint64_t key = key_of(run);

    if (key % 37 == 0)
        (void)snprintf(out, COMPANY_TEXT, "%s", odd_titles[(key >> 16) % MANY(odd_titles)]);
    else
        (void)snprintf(out, COMPANY_TEXT, "%s %s", verbs[(key >> 16) % MANY(verbs)],
                       things[(key >> 8) % MANY(things)]);
    return out;
}
