/* fuzz_tags: is it markup that a browser reads as it was meant? */
#ifndef FUZZ_TAGS_H
#define FUZZ_TAGS_H

/* aborts where an element is not closed, or another one is, where it would run a script, where an
 * attribute is not in quotes, an & begins no reference, or there is a control character. */
void fuzz_check_tags(const char *text);

/* aborts where there is a control character that is no line feed, or bytes that are no UTF-8. */
void fuzz_check_plain(const char *text);

#endif
