/* Encoded queries of the simulated ServiceNow: whatever is asked, some rows of the table
 * come back, each once. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/servicenow.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct sim sim = { .options = { 10, 1795530727000, 86400000 } };
    char *text = malloc(len + 1);
    struct exchange x;
    struct glide_call call = { .x = &x, .base = "" };
    struct glide_rows rows;
    size_t all;

    exchange_init(&x, &sim, "GET", "/");
    x.now_ms = 1795530727000;
    call.desk = sim_helpdesk(&sim, x.now_ms);
    memcpy(text, bytes, len);
    text[len] = '\0';
    if (!glide_table(&call, "sys_user", &rows))
        abort();
    all = rows.count;
    glide_query(&call, text, &rows);
    if (rows.count > all)
        abort();
    exchange_done(&x);
    free(text);
    return 0;
}
