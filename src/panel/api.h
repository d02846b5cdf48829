/* api: the functions that dxtop exports to panels, in one object file so that
 * the linker keeps all of them; tests/exports.txt is the list. */
#ifndef PANEL_API_H
#define PANEL_API_H

#include <stdint.h>

/* The ABI this dxtop speaks. Comparing with it, not with the macro, is also
 * what makes the linker keep api.o. */
extern const uint32_t api_abi;

#endif
