/* SPDX-License-Identifier: MIT */
#include "discovery.h"

#include "fetch.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *discovery_url(const char *issuer)
{
    char *url = NULL;
    size_t length = strlen(issuer);
    while (length > 0 && issuer[length - 1] == '/')
        length--;
    if (!fetch_url_is_allowed(issuer) ||
        asprintf(&url, "%.*s/.well-known/openid-configuration", (int)length, issuer) < 0)
        return NULL;
    return url;
}

char *discovery_read(const char *json, size_t bytes, const char *issuer, const char **ret_cause)
{
    json_t *document = json_loadb(json, bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *own = json_string_value(json_object_get(document, "issuer"));
    const char *keys = json_string_value(json_object_get(document, "jwks_uri"));
    char *url = NULL;
    if (!own || !keys)
        *ret_cause = "not a discovery document";
    else if (issuer && strcmp(own, issuer) != 0)
        *ret_cause = "it speaks of another issuer than token_issuer";
    else if (!fetch_url_is_allowed(keys))
        *ret_cause = "its jwks_uri may not be fetched";
    else if (!(url = strdup(keys)))
        *ret_cause = "no memory";
    json_decref(document);
    return url;
}
