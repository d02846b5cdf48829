/* tls_request: what one TLS request with libcurl costs, and nothing else: the
 * floor of the collector's memory.
 * usage: tls_request URL CA-FILE; says "ready" and waits for the end of its stdin. */
#include <stdio.h>
#include <unistd.h>

#include <curl/curl.h>

static size_t ignore(char *bytes, size_t size, size_t count, void *self)
{
    (void)bytes;
    (void)self;
    return size * count;
}

int main(int argc, char **argv)
{
    CURL *curl;
    char byte;

    if (argc != 3 || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return 2;
    curl = curl_easy_init();
    if (!curl || curl_easy_setopt(curl, CURLOPT_URL, argv[1]) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore) != CURLE_OK)
        return 2;
    if (curl_easy_perform(curl) != CURLE_OK)
        return 1;
    (void)puts("ready");
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    return 0;
}
