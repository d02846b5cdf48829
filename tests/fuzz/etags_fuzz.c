/* In whatever order replies and refusals of a poll come: an ETag is kept once, as soon as all that
 * its page led to is through and was good, and no sooner. Each byte is a deed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/etags.h"
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGES_MOST = 64 };

/* What is known of each reply, told from the outside; the mark of the nth is n + 1. */
struct page {
    size_t parent;
    size_t waiting; /* requests that it asked for, without an answer yet */
    bool tagged, decoding, failed, late, given;
};

static struct page pages[PAGES_MOST];
static size_t count;

static bool is_through(size_t nth)
{
    if (pages[nth].decoding || pages[nth].waiting > 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (pages[i].parent == nth + 1 && !is_through(i))
            return false;
    return true;
}

static bool is_good(size_t nth)
{
    if (pages[nth].failed)
        return false;
    for (size_t i = 0; i < count; i++)
        if (pages[i].parent == nth + 1 && !is_good(i))
            return false;
    return true;
}

/* To a request that is there: of a page, or of the poll itself. */
static void reply(struct etags *etags, unsigned what)
{
    size_t parent = what % (count + 1);
    bool tagged = what & 64;
    char key[16];

    if (count == PAGES_MOST || (parent > 0 && pages[parent - 1].waiting == 0))
        return;
    if (parent > 0)
        pages[parent - 1].waiting--;
    (void)snprintf(key, sizeof(key), "%zu", count);
    pages[count++] = (struct page){ .parent = parent, .tagged = tagged, .decoding = true };
    if (etags_reply(etags, parent, key, tagged ? "\"tag\"" : "") != count)
        abort();
}

static void ask(struct etags *etags, unsigned what)
{
    size_t nth = what % (count + 1);
    bool late = what & 64;

    if (nth == count) { /* the poll's own first requests */
        etags_asked(etags, 0, 1, late);
        return;
    }
    if (!pages[nth].decoding)
        return;
    pages[nth].waiting += 1 + what % 3;
    etags_asked(etags, nth + 1, 1 + what % 3, late);
    for (size_t m = nth + 1; late && m > 0; m = pages[m - 1].parent)
        pages[m - 1].late = true;
}

static void end(struct etags *etags, unsigned what)
{
    size_t nth = what % (count + 1);
    bool good = what & 64, of_request;

    if (nth == count) {
        etags_through(etags, 0, good);
        return;
    }
    of_request = pages[nth].waiting > 0 && (what & 128 || !pages[nth].decoding);
    if (!of_request && !pages[nth].decoding)
        return;
    if (of_request)
        pages[nth].waiting--;
    else
        pages[nth].decoding = false;
    pages[nth].failed = pages[nth].failed || !good;
    etags_through(etags, nth + 1, good);
}

static void check(struct etags *etags, bool last)
{
    size_t ready, next = 0;
    const struct etag *etag = etags_ready(etags, last, &ready);

    for (size_t i = 0; i < count; i++) {
        if (!pages[i].tagged || pages[i].given || !is_through(i) || !is_good(i) ||
            (pages[i].late && !last))
            continue;
        if (next == ready || strtoul(etag[next].key, NULL, 10) != i)
            abort();
        pages[i].given = true;
        next++;
    }
    if (next != ready)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct etags etags = { .marks = NULL };
    struct fuzz_input in = { data, size };

    count = 0;
    while (in.left > 0) {
        unsigned deed = fuzz_byte(&in) % 8, what = fuzz_byte(&in);

        if (deed < 3)
            reply(&etags, what);
        else if (deed < 5)
            ask(&etags, what);
        else if (deed < 7)
            end(&etags, what);
        else
            check(&etags, what % 4 == 0);
    }
    check(&etags, false);
    check(&etags, true);
    etags_done(&etags);
    return 0;
}
