/* SPDX-License-Identifier: MIT
 *
 * What an issuer says about itself (OpenID Connect Discovery 1.0): where its keys are. */
#pragma once

#include <stddef.h>

/* The address of the document. NULL when the issuer is no address that may be fetched. Caller
 * frees.
 */
char *discovery_url(const char *issuer);
/* The address of the keys in a document of this very issuer (NULL = of any). NULL and a cause
 * (static) when it is none. Caller frees. */
char *discovery_read(const char *json, size_t bytes, const char *issuer, const char **ret_cause);
