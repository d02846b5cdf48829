/* auth_kit: secrets that are asked for and waited for. */
#include "config.h"

#include "auth_kit.h"

#include <stdlib.h>

#include "run.h"

struct auth_kit kit;

void secrets_start(void)
{
    client_start();
    client.endpoint.url = "https://h";
    kit = (struct auth_kit){ .dir = test_dir() };
}

void secrets_stop(void)
{
    auth_free(kit.auth);
    client_stop();
    free(kit.dir);
}

static void on_ready(void *self, const struct dx_error *err)
{
    (void)self;
    kit.answers++;
    kit.error = err ? *err : (struct dx_error){ 0 };
    ev_break(client.loop, EVBREAK_ALL);
}

void secrets_ask(void)
{
    if (!kit.auth)
        kit.auth = auth_new(client.loop, &client.endpoint);
    auth_ready(kit.auth, on_ready, NULL);
}

bool secrets_read(void)
{
    secrets_ask();
    ev_run(client.loop, 0);
    kit.filled = (struct http_request){ 0 };
    if (kit.error.fault == DX_FAULT_NONE)
        auth_fill(kit.auth, &kit.filled);
    return kit.error.fault == DX_FAULT_NONE;
}
