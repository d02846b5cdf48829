/* letters: text for people in the letters that their locale has: as it is where that is
 * UTF-8, else in ASCII. Text for programs (JSON, CSV, SVG, HTML) is UTF-8 always. */
#ifndef CORE_LETTERS_H
#define CORE_LETTERS_H

#include <stdbool.h>
#include <stdio.h>
#include <uchar.h>

bool letters_utf8(void); /* has the locale of the environment UTF-8? Sets LC_CTYPE */

/* In ASCII: as a reader would write it, and in one column. A letter is its base, what is
 * not known is a question mark, and a mark on another letter is nothing (""). */
const char *letters_spelled(char32_t cp);
char letters_narrow(char32_t cp);
/* letters_narrow() of the signs that dxtop itself says ("≥ 100", "×12", a dash for no data);
 * '\0' for all else, which users and servers say. */
char letters_sign(char32_t cp);

/* Standard output for people; flush it before the end. */
FILE *letters_out(void);

#endif
