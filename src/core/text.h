/* text: UTF-8 and what a terminal can be trusted with. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stddef.h>
#include <uchar.h>

#include <dxtop/record.h>

/* Decode one code point; returns the bytes eaten, >= 1 (len must be >= 1).
 * Malformed: U+FFFD, 1. */
size_t utf8_next(const char *s, size_t len, char32_t *cp);
/* Encode; returns the bytes written, 1 to 4. */
size_t utf8_put(char out[4], char32_t cp);

/* Write foreign text to dst as printable UTF-8: malformed bytes and control
 * characters become U+FFFD, white space becomes single blanks, bidi controls
 * vanish. Always terminates, never splits a character. Returns strlen(dst). */
size_t text_clean(char *dst, size_t cap, const char *src, size_t len);

/* Is there nothing in it that no screen is to be sent: no control characters but line feeds, none
 * that reorder, no bytes that are no UTF-8? text_make_safe() copies with U+FFFD in their place;
 * out has room for 3 bytes for each, and the NUL. */
bool text_is_safe(const char *text);
void text_make_safe(char *out, const char *text);

/* Copy what fits of a text that is clean already; never splits a character. */
void text_copy(char *dst, size_t cap, const char *src);

/* One grapheme (what a reader takes for one character). */
struct grapheme {
    char32_t cp[4]; /* the base and up to three marks; the rest is 0 */
    size_t bytes;   /* eaten */
    int width;      /* columns, 1 or 2; by utf8proc, so that screens are the same everywhere */
};
/* The next one of s (len >= 1). Marks without a base get U+25CC before them. */
void text_grapheme(const char *s, size_t len, struct grapheme *out);
/* How many bytes at s are graphemes of one column each: printable ASCII before more of it, or
 * before the end. */
size_t text_ascii(const char *s, size_t len);
int text_width(const char *s); /* columns */

/* Copy at most cols columns of src to dst, cut at the end with `ellipsis` (one
 * column wide) when it is longer, or in the middle. Returns the columns used. */
int text_cut(char *dst, size_t cap, const char *src, int cols, const char *ellipsis);
int text_cut_middle(char *dst, size_t cap, const char *src, int cols, const char *ellipsis);

/* "93.8": of 100. One that is not all is never rounded to it, nor one that is something to
 * nothing: "99.97", ">99.99", "0.04", "<0.01". Returns out. */
enum { PERCENT_TEXT = 48 };
const char *text_percent(char out[PERCENT_TEXT], double percent);

/* FNV-1a, for identities: the same on every machine and in every version. */
uint64_t text_hash(const char *text);
uint64_t text_hash_on(uint64_t hash, const char *text); /* of what it is of, and then text */

/* Base64 with its padding (RFC 4648); out has room for 4 bytes for every 3 that were begun.
 * Ends with no NUL. Returns the bytes written. */
size_t text_base64(char *out, const char *bytes, size_t len);

/* Is it a path rather than a name? There is a slash in it, or it ends in this (".theme"). */
bool text_is_path(const char *name, const char *ending);

/* For "did you mean", the nearest of names (ends at NULL): one or two letters off, or a third of a
 * long word; NULL: none. */
const char *text_nearest(const char *word, const char *const *names);

#endif
