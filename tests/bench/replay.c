/* replay: the URLs of stdin, one after the other on one connection, their bodies thrown
 * away: what requests take by themselves. Where more than a few are refused, that is said: they
 * took no time. */
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

static size_t ignore(char *bytes, size_t size, size_t count, void *self)
{
    (void)bytes;
    (void)self;
    return size * count;
}

int main(void)
{
    char url[8192];
    CURL *curl;
    int count = 0, refused = 0;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(curl = curl_easy_init()))
        return 2;
    if (curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "replay") != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "") != CURLE_OK)
        return 2;
    while (fgets(url, sizeof(url), stdin)) {
        long status = 0;

        url[strcspn(url, "\n")] = '\0';
        if (curl_easy_setopt(curl, CURLOPT_URL, url) != CURLE_OK ||
            curl_easy_perform(curl) != CURLE_OK ||
            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
            return 1;
        count++;
        refused += status >= 400;
    }
    curl_easy_cleanup(curl);
    curl_global_cleanup();
    if (refused > 3 + count / 20)
        (void)fprintf(stderr, "replay: %d of %d requests were refused\n", refused, count);
    return refused > 3 + count / 20;
}
