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
    /* services */
    {METHOD_GET, "/v1/services", ROLE_PUBLIC, "services_list", LANE_READ, ROUTE_LIST | ROUTE_PUBLIC_CACHE, NULL},
    {METHOD_POST, "/v1/services", ROLE_ADMINISTRATOR, "services_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/services/{service_id}", ROLE_PUBLIC, "services_read", LANE_READ, ROUTE_PUBLIC_CACHE, NULL},
    {METHOD_PATCH, "/v1/services/{service_id}", ROLE_ADMINISTRATOR, "services_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* groups */
    {METHOD_GET, "/v1/groups", ROLE_COORDINATOR | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "groups_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/groups", ROLE_COORDINATOR, "groups_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/groups/{group_id}", ROLE_COORDINATOR | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "groups_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/groups/{group_id}", ROLE_COORDINATOR, "groups_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/groups/{group_id}/open", ROLE_COORDINATOR, "groups_open", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/groups/{group_id}/confirm", ROLE_COORDINATOR, "groups_confirm", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/groups/{group_id}/cancel", ROLE_COORDINATOR, "groups_cancel", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/groups/{group_id}/complete", ROLE_COORDINATOR, "groups_complete", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* sessions */
    {METHOD_GET, "/v1/groups/{group_id}/sessions", ROLE_COORDINATOR | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "sessions_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/groups/{group_id}/sessions", ROLE_COORDINATOR, "sessions_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/sessions/{session_id}", ROLE_COORDINATOR | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "sessions_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/sessions/{session_id}", ROLE_COORDINATOR, "sessions_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/sessions/{session_id}/cancel", ROLE_COORDINATOR, "sessions_cancel", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* colleagues */
    {METHOD_GET, "/v1/colleagues", ROLE_COORDINATOR, "colleagues_list", LANE_READ, ROUTE_LIST, NULL},
    /* host-assignments; shortfalls asks much of every session, so it keeps off the shared connections */
    {METHOD_GET, "/v1/groups/{group_id}/host-assignments", ROLE_COORDINATOR | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "host_assignments_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/groups/{group_id}/host-assignments", ROLE_COORDINATOR, "host_assignments_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/host-assignments/{assignment_id}", ROLE_COORDINATOR | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "host_assignments_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/host-assignments/{assignment_id}/release", ROLE_COORDINATOR, "host_assignments_release", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_GET, "/v1/shortfalls", ROLE_COORDINATOR, "shortfalls_list", LANE_WRITE, ROUTE_LIST, NULL},
    /* qualifications, trainings */
    {METHOD_GET, "/v1/staff/{staff_id}/qualification", ROLE_ADMINISTRATOR, "qualifications_read", LANE_READ, 0, NULL},
    {METHOD_PUT, "/v1/staff/{staff_id}/qualification", ROLE_ADMINISTRATOR, "qualifications_replace", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_GET, "/v1/staff/{staff_id}/trainings", ROLE_ADMINISTRATOR, "trainings_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/staff/{staff_id}/trainings", ROLE_ADMINISTRATOR, "trainings_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/trainings/{training_id}", ROLE_ADMINISTRATOR, "trainings_read", LANE_READ, 0, NULL},
    {METHOD_DELETE, "/v1/trainings/{training_id}", ROLE_ADMINISTRATOR, "trainings_delete", LANE_WRITE, 0, NULL},
    /* waiting-people */
    {METHOD_GET, "/v1/waiting-people", ROLE_COORDINATOR, "waiting_people_list", LANE_READ, ROUTE_LIST, NULL},
    /* enrolments */
    {METHOD_GET, "/v1/groups/{group_id}/enrolments", ROLE_COORDINATOR, "enrolments_group_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/groups/{group_id}/enrolments", ROLE_COORDINATOR, "enrolments_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/participants/{participant_id}/enrolments", ROLE_COORDINATOR | ROLE_PEER, "enrolments_participant_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_GET, "/v1/enrolments/{enrolment_id}", ROLE_COORDINATOR | ROLE_PEER, "enrolments_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/enrolments/{enrolment_id}/offer", ROLE_COORDINATOR, "enrolments_offer", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/enrolments/{enrolment_id}/accept", ROLE_COORDINATOR | ROLE_PEER, "enrolments_accept", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/enrolments/{enrolment_id}/decline", ROLE_COORDINATOR | ROLE_PEER, "enrolments_decline", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/enrolments/{enrolment_id}/withdraw", ROLE_COORDINATOR | ROLE_PEER, "enrolments_withdraw", LANE_WRITE, 0, NULL},
    {METHOD_POST, "/v1/enrolments/{enrolment_id}/remove", ROLE_COORDINATOR, "enrolments_remove", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_GET, "/v1/enrolments/{enrolment_id}/decisions", ROLE_COORDINATOR, "enrolments_decisions", LANE_READ, ROUTE_LIST, NULL},
    /* homes, calendar-feeds; calendars are public: the address is the secret */
    {METHOD_GET, "/v1/participants/{participant_id}/home", ROLE_PEER, "homes_read", LANE_READ, 0, NULL},
    {METHOD_GET, "/v1/participants/{participant_id}/calendar-feeds", ROLE_PEER, "calendar_feeds_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/participants/{participant_id}/calendar-feeds", ROLE_PEER, "calendar_feeds_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_DELETE, "/v1/calendar-feeds/{feed_id}", ROLE_PEER, "calendar_feeds_delete", LANE_WRITE, 0, NULL},
    {METHOD_GET, "/v1/calendar/{calendar_id}/{secret_id}", ROLE_PUBLIC, "calendars_read", LANE_READ, ROUTE_OWN_TYPE, NULL},
    /* conflict-declarations */
    {METHOD_GET, "/v1/conflict-declarations", ROLE_PEER | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "conflict_declarations_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/conflict-declarations", ROLE_PEER | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "conflict_declarations_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/conflict-declarations/{declaration_id}", ROLE_PEER | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "conflict_declarations_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/conflict-declarations/{declaration_id}/withdraw", ROLE_PEER | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "conflict_declarations_withdraw", LANE_WRITE, 0, NULL},
    /* conflict-matches */
    {METHOD_GET, "/v1/conflict-matches", ROLE_COORDINATOR, "conflict_matches_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_GET, "/v1/conflict-matches/{match_id}", ROLE_COORDINATOR, "conflict_matches_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/conflict-matches/{match_id}/decide", ROLE_COORDINATOR, "conflict_matches_decide", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* exclusion-requests */
    {METHOD_GET, "/v1/exclusion-requests", ROLE_COORDINATOR, "exclusion_requests_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/exclusion-requests", ROLE_PEER, "exclusion_requests_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/exclusion-requests/{request_id}", ROLE_COORDINATOR, "exclusion_requests_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/exclusion-requests/{request_id}/close", ROLE_COORDINATOR, "exclusion_requests_close", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* my-sessions */
    {METHOD_GET, "/v1/my-sessions", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "my_sessions_list", LANE_READ, ROUTE_LIST, NULL},
    /* rosters */
    {METHOD_GET, "/v1/sessions/{session_id}/roster", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "rosters_read", LANE_READ, 0, NULL},
    /* sessions: start, end, topics */
    {METHOD_POST, "/v1/sessions/{session_id}/start", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "sessions_start", LANE_WRITE, 0, NULL},
    {METHOD_POST, "/v1/sessions/{session_id}/end", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "sessions_end", LANE_WRITE, 0, NULL},
    {METHOD_PUT, "/v1/sessions/{session_id}/topic", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "session_topics_replace", LANE_WRITE, 0, NULL},
    /* attendances */
    {METHOD_GET, "/v1/sessions/{session_id}/attendance", ROLE_PEER | ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "attendances_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_PUT, "/v1/sessions/{session_id}/attendance/{enrolment_id}", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "attendances_replace", LANE_WRITE, 0, NULL},
    /* session-safety-plans */
    {METHOD_GET, "/v1/sessions/{session_id}/safety-plans/{enrolment_id}", ROLE_MENTAL_HEALTH_PROFESSIONAL, "session_safety_plans_read", LANE_READ, 0, NULL},
    /* session-contacts, contact-openings: behind glass, and the list that is reviewed */
    {METHOD_POST, "/v1/sessions/{session_id}/contacts/{enrolment_id}/open", ROLE_MENTAL_HEALTH_PROFESSIONAL, "session_contacts_open", LANE_WRITE, 0, NULL},
    {METHOD_GET, "/v1/contact-openings", ROLE_COORDINATOR | ROLE_ADMINISTRATOR, "contact_openings_list", LANE_READ, ROUTE_LIST, NULL},
    /* debriefs */
    {METHOD_POST, "/v1/sessions/{session_id}/debriefs", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL, "debriefs_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    /* incidents */
    {METHOD_GET, "/v1/incidents", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "incidents_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_POST, "/v1/incidents", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "incidents_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_GET, "/v1/incidents/{incident_id}", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "incidents_read", LANE_READ, 0, NULL},
    {METHOD_POST, "/v1/incidents/{incident_id}/actions", ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "incidents_actions_create", LANE_WRITE, ROUTE_IDEMPOTENT, NULL},
    {METHOD_POST, "/v1/incidents/{incident_id}/acknowledge", ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "incidents_acknowledge", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/incidents/{incident_id}/close", ROLE_COORDINATOR, "incidents_close", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* debriefs */
    {METHOD_GET, "/v1/debriefs", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "debriefs_list", LANE_READ, ROUTE_LIST, NULL},
    {METHOD_GET, "/v1/debriefs/{debrief_id}", ROLE_PEER_SUPPORTER | ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "debriefs_read", LANE_READ, 0, NULL},
    {METHOD_PATCH, "/v1/debriefs/{debrief_id}", ROLE_COORDINATOR, "debriefs_update", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    {METHOD_POST, "/v1/debriefs/{debrief_id}/supervise", ROLE_MENTAL_HEALTH_PROFESSIONAL | ROLE_COORDINATOR, "debriefs_supervise", LANE_WRITE, ROUTE_IF_MATCH, NULL},
    /* audit-events */
    {METHOD_GET, "/v1/audit-events", ROLE_ADMINISTRATOR, "audit_events_list", LANE_WRITE, ROUTE_LIST, NULL},
};
/* clang-format on */
const size_t routes_count = sizeof routes / sizeof routes[0];
