/* SPDX-License-Identifier: MIT
 *
 * The whole API: who may call what, and which statement answers it. A row without roles would be closed to everybody. */
#include "handlers.h"
#include "router.h"

/* clang-format off */
const struct route routes[] = {
    /* service */
    {METHOD_GET, "/", ROLE_PUBLIC, "documentation_page", LANE_NONE, ROUTE_PUBLIC_CACHE, documentation_page},
    {METHOD_GET, "/documentation.js", ROLE_PUBLIC, "documentation_script", LANE_NONE, ROUTE_PUBLIC_CACHE, documentation_script},
    {METHOD_GET, "/livez", ROLE_PUBLIC, "health_live", LANE_NONE, 0, health_live},
    {METHOD_GET, "/readyz", ROLE_PUBLIC, "health_ready", LANE_NONE, 0, health_ready},
    {METHOD_GET, "/v1/openapi.json", ROLE_PUBLIC, "documentation_contract", LANE_NONE, ROUTE_PUBLIC_CACHE, documentation_contract},
};
/* clang-format on */
const size_t routes_count = sizeof routes / sizeof routes[0];
