/* SPDX-License-Identifier: MIT
 *
 * The whole API: who may call what, and which statement answers it. A row without roles would be
 * closed to everybody. */
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
    /* participants */
    {METHOD_GET, "/v1/participants", ROLE_COORDINATOR, "participants_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/participants", ROLE_COORDINATOR, "participants_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/participants/{participant_id}", ROLE_COORDINATOR | ROLE_PEER, "participants_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/participants/{participant_id}", ROLE_COORDINATOR | ROLE_PEER, "participants_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_GET, "/v1/participants/{participant_id}/audit-events", ROLE_PEER, "participants_audit_events", LANE_WRITE, ROUTE_LIST, NULL},
    /* contacts */
    {METHOD_GET, "/v1/participants/{participant_id}/contact", ROLE_COORDINATOR | ROLE_PEER, "contacts_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/participants/{participant_id}/contact", ROLE_COORDINATOR | ROLE_PEER, "contacts_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* safety-plans */
    {METHOD_GET, "/v1/participants/{participant_id}/safety-plan", ROLE_COORDINATOR | ROLE_PEER, "safety_plans_read", LANE_READ, 0, NULL},
    {METHOD_PUT, "/v1/participants/{participant_id}/safety-plan", ROLE_COORDINATOR | ROLE_PEER, "safety_plans_replace", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* emergency-contacts */
    {METHOD_GET, "/v1/participants/{participant_id}/emergency-contact", ROLE_COORDINATOR | ROLE_PEER, "emergency_contacts_read", LANE_READ, 0, NULL},
    {METHOD_PUT, "/v1/participants/{participant_id}/emergency-contact", ROLE_COORDINATOR | ROLE_PEER, "emergency_contacts_replace", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* exclusions */
    {METHOD_GET, "/v1/participants/{participant_id}/exclusions", ROLE_COORDINATOR, "exclusions_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/participants/{participant_id}/exclusions", ROLE_COORDINATOR, "exclusions_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/exclusions/{exclusion_id}", ROLE_COORDINATOR, "exclusions_read", LANE_READ, 0, NULL},
    {METHOD_DELETE, "/v1/exclusions/{exclusion_id}", ROLE_COORDINATOR, "exclusions_delete", LANE_WRITE, 0, NULL},
    /* acceptances */
    {METHOD_GET, "/v1/participants/{participant_id}/acceptances", ROLE_COORDINATOR | ROLE_PEER, "acceptances_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/participants/{participant_id}/acceptances", ROLE_PEER, "acceptances_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/acceptances/{acceptance_id}", ROLE_COORDINATOR | ROLE_PEER, "acceptances_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/acceptances/{acceptance_id}/withdraw", ROLE_PEER, "acceptances_withdraw", LANE_WRITE, 0, NULL},
    /* statuses */
    {METHOD_GET, "/v1/participants/{participant_id}/status", ROLE_COORDINATOR | ROLE_PEER, "statuses_read", LANE_READ, 0, NULL},
    /* intakes */
    {METHOD_GET, "/v1/intakes", ROLE_COORDINATOR, "intakes_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/intakes", ROLE_COORDINATOR, "intakes_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/intakes/{intake_id}", ROLE_COORDINATOR | ROLE_PEER, "intakes_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/intakes/{intake_id}/send-form", ROLE_COORDINATOR, "intakes_send_form", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* intake-forms */
    {METHOD_GET, "/v1/intakes/{intake_id}/form", ROLE_COORDINATOR | ROLE_PEER, "intake_forms_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/intakes/{intake_id}/form", ROLE_COORDINATOR | ROLE_PEER, "intake_forms_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/intakes/{intake_id}/form/submit", ROLE_COORDINATOR | ROLE_PEER, "intake_forms_submit", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* intakes */
    {METHOD_POST, "/v1/intakes/{intake_id}/acknowledge", ROLE_COORDINATOR, "intakes_acknowledge", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_PUT, "/v1/intakes/{intake_id}/meeting", ROLE_COORDINATOR, "intakes_schedule", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/intakes/{intake_id}/meeting/hold", ROLE_COORDINATOR, "intakes_hold", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/intakes/{intake_id}/register", ROLE_COORDINATOR, "intakes_register", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/intakes/{intake_id}/close", ROLE_COORDINATOR, "intakes_close", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/intakes/{intake_id}/withdraw", ROLE_COORDINATOR | ROLE_PEER, "intakes_withdraw", LANE_WRITE, 0, NULL},
    /* updates */
    {METHOD_GET, "/v1/intakes/{intake_id}/updates", ROLE_COORDINATOR | ROLE_PEER, "updates_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/intakes/{intake_id}/updates", ROLE_COORDINATOR, "updates_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    /* held-messages */
    {METHOD_GET, "/v1/held-messages", ROLE_COORDINATOR, "held_messages_list", LANE_READ, ROUTE_LIST, NULL},
    /* audit-events */
    {METHOD_GET, "/v1/audit-events", ROLE_ADMINISTRATOR, "audit_events_list", LANE_WRITE, ROUTE_LIST, NULL},
};
/* clang-format on */
const size_t routes_count = sizeof routes / sizeof routes[0];
