/* SPDX-License-Identifier: MIT */
#include "fetch.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool fetch_init(void)
{
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void fetch_finish(void)
{
    curl_global_cleanup();
}

bool fetch_host_is_loopback(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcasecmp(host, "localhost") == 0 ||
           strcmp(host, "[::1]") == 0;
}

static bool part_is_absent(CURLU *address, CURLUPart part)
{
    char *text = NULL;
    bool is_absent = curl_url_get(address, part, &text, 0) != CURLUE_OK;
    curl_free(text);
    return is_absent;
}

bool fetch_url_is_allowed(const char *url)
{
    CURLU *address = curl_url();
    char *scheme = NULL, *host = NULL;
    bool is_allowed = address && curl_url_set(address, CURLUPART_URL, url, 0) == CURLUE_OK &&
                      curl_url_get(address, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                      curl_url_get(address, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                      part_is_absent(address, CURLUPART_USER) &&
                      part_is_absent(address, CURLUPART_PASSWORD) &&
                      (strcmp(scheme, "https") == 0 ||
                       (strcmp(scheme, "http") == 0 && fetch_host_is_loopback(host)));
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(address);
    return is_allowed;
}

struct body {
    char *text;
    size_t bytes;
    size_t max_bytes;
};

static size_t body_append(char *data, size_t size, size_t count, void *context)
{
    struct body *body = context;
    size_t more = size * count;
    if (more > body->max_bytes - body->bytes)
        return 0; /* ends the transfer with an error */
    memcpy(body->text + body->bytes, data, more);
    body->bytes += more;
    return more;
}

static bool handle_prepare(
    CURL *handle, const char *url, const char *ca_file, long timeout_ms, struct body *body)
{
    bool is_set = curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_PROXY, "") ==
              CURLE_OK; /* not from the environment either */
    is_set &= curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;
    if (*ca_file) {
        is_set &= curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file) == CURLE_OK;
        is_set &= curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    is_set &= curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, timeout_ms) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)body->max_bytes) ==
              CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body_append) == CURLE_OK;
    is_set &= curl_easy_setopt(handle, CURLOPT_WRITEDATA, body) == CURLE_OK;
    return is_set;
}

bool fetch_url(const char *url,
               const char *ca_file,
               size_t max_bytes,
               long timeout_ms,
               struct fetched *ret_fetched)
{
    struct body body = {.text = NULL, .max_bytes = max_bytes};
    CURL *handle = fetch_url_is_allowed(url) ? curl_easy_init() : NULL;
    if (handle)
        body.text = malloc(max_bytes + 1);
    long status = 0;
    CURLcode code = CURLE_FAILED_INIT;
    bool is_done = body.text && handle_prepare(handle, url, ca_file, timeout_ms, &body) &&
                   (code = curl_easy_perform(handle)) == CURLE_OK &&
                   curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK;
    curl_easy_cleanup(handle);
    if (!is_done) {
        free(body.text);
        *ret_fetched = (struct fetched){.cause = handle ? curl_easy_strerror(code)
                                                        : "this address may not be fetched"};
        return false;
    }
    body.text[body.bytes] = '\0';
    *ret_fetched = (struct fetched){.body = body.text, .bytes = body.bytes, .status = status};
    return true;
}
