/* lean: memory that is not needed now goes back to the system. */
#ifndef CORE_LEAN_H
#define CORE_LEAN_H

void lean(void); /* after the start, and when a reading of the store is done */

#endif
