/* config_kit: loading a text as a configuration. */
#include "config.h"

#include "config_kit.h"

#include <stdio.h>

struct config config;
char said[8192];

bool config_kit_load(const char *text, const struct config_kinds *kinds)
{
    static const struct config_kinds none = { 0 };
    struct buf complaints;
    bool ok;

    config_done(&config);
    buf_init(&complaints, 1 << 20);
    ok = config_load(&config, "t.yaml", text, kinds ? kinds : &none, kinds ? kinds : &none,
                     &complaints);
    snprintf(said, sizeof(said), "%s", complaints.bytes ? complaints.bytes : "");
    buf_done(&complaints);
    return ok;
}
