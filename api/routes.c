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
    /* me */
    {METHOD_GET, "/v1/me", ROLE_PEER | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR | ROLE_LINE | ROLE_ADMINISTRATOR, "me_read", LANE_READ, 0, NULL},
    /* staff */
    {METHOD_GET, "/v1/staff", ROLE_ADMINISTRATOR, "staff_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/staff", ROLE_ADMINISTRATOR, "staff_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/staff/{staff_id}", ROLE_ADMINISTRATOR, "staff_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/staff/{staff_id}", ROLE_ADMINISTRATOR, "staff_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* referrals */
    {METHOD_GET, "/v1/referrals", ROLE_COORDINATOR, "referrals_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/referrals", ROLE_COORDINATOR, "referrals_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/referrals/{referral_id}", ROLE_COORDINATOR, "referrals_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/referrals/{referral_id}", ROLE_COORDINATOR, "referrals_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_GET, "/v1/referrals/{referral_id}/attempts", ROLE_COORDINATOR, "referrals_attempts_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/referrals/{referral_id}/attempts", ROLE_COORDINATOR, "referrals_attempts_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_POST, "/v1/referrals/{referral_id}/close", ROLE_COORDINATOR, "referrals_close", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* line-referrals */
    {METHOD_GET, "/v1/line-referrals", ROLE_LINE, "line_referrals_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/line-referrals", ROLE_LINE, "line_referrals_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/line-referrals/{referral_id}", ROLE_LINE, "line_referrals_read", LANE_READ, 0, NULL},
    /* holidays */
    {METHOD_GET, "/v1/holidays", ROLE_PUBLIC, "holidays_list", LANE_READ, ROUTE_LIST | ROUTE_PUBLIC_CACHE, NULL},
    {METHOD_POST, "/v1/holidays", ROLE_ADMINISTRATOR, "holidays_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/holidays/{holiday_id}", ROLE_PUBLIC, "holidays_read", LANE_READ, ROUTE_PUBLIC_CACHE, NULL},
    {METHOD_PATCH, "/v1/holidays/{holiday_id}", ROLE_ADMINISTRATOR, "holidays_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_DELETE, "/v1/holidays/{holiday_id}", ROLE_ADMINISTRATOR, "holidays_delete", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* documents */
    {METHOD_GET, "/v1/documents", ROLE_PUBLIC, "documents_list", LANE_READ, ROUTE_LIST | ROUTE_PUBLIC_CACHE, NULL},
    {METHOD_POST, "/v1/documents", ROLE_ADMINISTRATOR, "documents_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/documents/{document_id}", ROLE_PUBLIC, "documents_read", LANE_READ, ROUTE_PUBLIC_CACHE, NULL},
    /* help-lines, code-lists */
    {METHOD_GET, "/v1/help-lines", ROLE_PUBLIC, "help_lines_list", LANE_READ, ROUTE_LIST | ROUTE_PUBLIC_CACHE, NULL},
    {METHOD_GET, "/v1/code-lists", ROLE_PUBLIC, "code_lists_read", LANE_READ, ROUTE_PUBLIC_CACHE, NULL},
    /* audit-events */
    {METHOD_GET, "/v1/audit-events", ROLE_ADMINISTRATOR, "audit_events_list", LANE_READ, ROUTE_LIST, NULL},
};
/* clang-format on */
const size_t routes_count = sizeof routes / sizeof routes[0];
