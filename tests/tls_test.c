#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certificates.h"
#include "client.h"
#include "run.h"

/* `openssl s_server` behind each of the certificates. */
static char *dir, url[64], ca[256], cert[256], key[256];
static struct program tls;

static char *path(char *out, const char *name)
{
    snprintf(out, 256, "%s/%s", dir, name);
    return out;
}

static void start(void)
{
    client_start();
    dir = test_dir();
    certificates_make(dir);
    client.endpoint.ca = path(ca, "ca.pem");
    signal(SIGPIPE, SIG_IGN);
}

static void stop(void)
{
    program_end(&tls, SIGKILL);
    client_stop();
    free(dir);
}

TestSuite(tls, .init = start, .fini = stop, .timeout = 30);

/* A server with this certificate; verify: it wants one of ours. */
static void serve(const char *name, bool verify)
{
    char pem[256], file[256], root[256], line[256] = "", shown[300];
    const char *argv[] = { "sh",
                           "-c",
                           "exec openssl s_server \"$@\" 2>/dev/null",
                           "sh",
                           "-accept",
                           "127.0.0.1:0",
                           "-www",
                           "-cert",
                           path(pem, ""),
                           "-key",
                           file,
                           verify ? "-Verify" : NULL,
                           "1",
                           "-verify_return_error",
                           "-CAfile",
                           path(root, "ca.pem"),
                           NULL };
    size_t len = 0;
    int port = 0;

    snprintf(pem, sizeof(pem), "%s/%s.pem", dir, name);
    snprintf(file, sizeof(file), "%s/%s.key", dir, name);
    program_end(&tls, SIGKILL);
    tls = program_start(argv);
    while (port == 0 && read(tls.out, line + len, 1) == 1) {
        len = line[len] == '\n' || len + 2 == sizeof(line) ? 0 : len + 1;
        if (len == 0 && sscanf(line, "ACCEPT 127.0.0.1:%d", &port) != 1)
            memset(line, 0, sizeof(line));
    }
    snprintf(shown, sizeof(shown), "%s", line);
    cr_assert_gt(port, 0, "%s", shown);
    snprintf(url, sizeof(url), "https://127.0.0.1:%d", port);
}

static void expect(const char *words, enum dx_fault fault)
{
    const struct got *got = client_get(url, "/");

    cr_expect_eq(got->error.fault, fault, "%s", got->error.text);
    cr_expect(strstr(got->error.text, words), "%s instead of: %s", got->error.text, words);
}

Test(tls, a_certificate_of_the_named_authority_is_trusted)
{
    serve("good", false);
    const struct got *got = client_get(url, "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NONE, "%s", got->error.text);
    cr_expect_eq(got->status, 200);
    cr_expect(strstr(got->body, "s_server"), "%s", got->body);
}

Test(tls, any_other_certificate_is_refused_and_the_option_is_named)
{
    serve("good", false);
    client.endpoint.ca = "";
    expect("the certificate of 127.0.0.1 is not trusted; name its authority's file as `ca`",
           DX_FAULT_NETWORK);
    client.endpoint.ca = path(ca, "stranger.pem");
    expect("the certificate of 127.0.0.1 is not trusted", DX_FAULT_NETWORK);
}

Test(tls, a_certificate_out_of_date_or_of_another_host_is_called_so)
{
    serve("old", false);
    expect("the certificate of 127.0.0.1 has expired", DX_FAULT_NETWORK);
    serve("young", false);
    expect("the certificate of 127.0.0.1 is not valid yet; is a clock wrong, its or ours?",
           DX_FAULT_NETWORK);
    serve("other", false);
    expect("the certificate of 127.0.0.1 is for another host", DX_FAULT_NETWORK);
}

Test(tls, files_that_cannot_be_used_are_the_configurations_fault)
{
    char broken[256];

    serve("good", false);
    write_file(path(broken, "broken.pem"), "nothing\n");
    client.endpoint.ca = "/nowhere/ca.pem";
    expect("the file /nowhere/ca.pem given as `ca` cannot be read", DX_FAULT_CONFIG);
    client.endpoint.ca = broken;
    expect("broken.pem given as `ca` cannot be read, or holds no certificates", DX_FAULT_CONFIG);
    client.endpoint.ca = path(ca, "ca.pem");
    client.endpoint.cert = "/nowhere/me.pem";
    expect("the client certificate cannot be used: `cert` /nowhere/me.pem", DX_FAULT_CONFIG);
    client.endpoint.cert = path(cert, "me.pem");
    client.endpoint.key = path(key, "other.key");
    expect("the client certificate cannot be used: `cert`", DX_FAULT_CONFIG);
}

Test(tls, a_client_certificate_is_shown_to_who_wants_one)
{
    serve("good", true);
    expect("127.0.0.1 refused our client certificate, or the want of one; see `cert` and `key`",
           DX_FAULT_AUTH);
    client.endpoint.cert = path(cert, "me.pem");
    client.endpoint.key = path(key, "me.key");
    const struct got *got = client_get(url, "/");
    cr_expect_eq(got->status, 200, "%s", got->error.text);
    client.endpoint.cert = path(cert, "stranger.pem");
    client.endpoint.key = path(key, "stranger.key");
    expect("127.0.0.1 refused our client certificate", DX_FAULT_AUTH);
}
