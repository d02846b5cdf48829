/* ticket_words: what the names of priorities and of logins say, in whatever system. */
#ifndef SOURCE_TICKET_WORDS_H
#define SOURCE_TICKET_WORDS_H

#include <dxtop/panel.h>

/* A name of a priority as 1, the most urgent, to 5; 0: it is none that is known. own: of
 * struct dx_pair, names of the user's as "1" to "5"; they count first. */
int ticket_priority(const struct dx_items *own, const char *name);
/* The same of a label: "priority: high", "priority::2", "sev1", "P2"; a word that could
 * mean anything ("high") only behind "priority", "prio", "severity" or "urgency". */
int ticket_label_priority(const struct dx_items *own, const char *label);
/* A login that says itself that it is a machine's: triage-bot, renovate[bot]; or one of the
 * user's patterns, of const char *. */
bool ticket_is_bot(const struct dx_items *own, const char *login);
/* Are the values of this option "1" to "5"? */
bool ticket_check_priority(const struct dx_items *own, const char *option, struct dx_error *err);

#endif
