/* lean: memory that only starting needed goes back to the system. */
#ifndef APP_LEAN_H
#define APP_LEAN_H

void lean_after_start(void);

#endif
