/* standard: the three standard files. */
#ifndef CORE_STANDARD_H
#define CORE_STANDARD_H

/* Whichever of them we were started without is /dev/null, before anything is opened: else
 * the next file would take its place, and what is said to stderr would be written there. */
void standard_files(void);

#endif
