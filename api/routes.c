/* SPDX-License-Identifier: MIT
 *
 * The whole API: who may call what, and which statement answers it. One row an operation, in the
 * contract's order; whoever a row does not name is refused. */
#include "handlers.h"
#include "router.h"

/* clang-format off */
#define PUBLIC        ROLE_PUBLIC
#define PEER          ROLE_PEER
#define PROFESSIONAL  ROLE_MENTAL_HEALTH_PROFESSIONAL
#define COORDINATOR   ROLE_COORDINATOR
#define LINE          ROLE_LINE
#define ADMINISTRATOR ROLE_ADMINISTRATOR
/* Who lead sessions, who lead or coordinate, and whoever may sit in one. */
#define HOSTS         (ROLE_PEER_SUPPORTER | PROFESSIONAL)
#define STAFF         (HOSTS | COORDINATOR)
#define ROOM          (STAFF | PEER)
/* Who may step back: peers and hosts. */
#define PARTAKERS     (HOSTS | PEER)
/* Whose file it is, and who serves them. */
#define SERVED        (PEER | COORDINATOR)
/* Who take an incident and talk with a host afterwards; who look at openings of contacts. */
#define SUPERVISORS   (PROFESSIONAL | COORDINATOR)
#define REVIEWERS     (COORDINATOR | ADMINISTRATOR)
/* Who are taught, and who plans it. */
#define LEARNERS      (STAFF | ADMINISTRATOR)
/* Who stand duty, and the program lead, who is called last. */
#define ON_CALL       (SUPERVISORS | ADMINISTRATOR)
#define SIGNED_IN     (ROOM | LINE | ADMINISTRATOR)

/* The verb says method, lane and flags; what stands behind a row turns a flag round. */
#define ROW(method, lane, flags, path, roles, operation, ...) \
    {METHOD_##method, path, roles, #operation, LANE_##lane, (flags) ^ (__VA_ARGS__ + 0), NULL}
#define LIST(...)      ROW(GET, READ, ROUTE_LIST, __VA_ARGS__)
#define SLOW_LIST(...) ROW(GET, WRITE, ROUTE_LIST, __VA_ARGS__) /* asks much: off the shared connections */
#define READ(...)      ROW(GET, READ, 0, __VA_ARGS__)
#define CREATE(...)    ROW(POST, WRITE, ROUTE_IDEMPOTENT, __VA_ARGS__)
#define STEP(...)      ROW(POST, WRITE, ROUTE_IF_MATCH, __VA_ARGS__)
#define PUT(...)       ROW(PUT, WRITE, ROUTE_IF_MATCH, __VA_ARGS__)
#define PATCH(...)     ROW(PATCH, WRITE, ROUTE_IF_MATCH, __VA_ARGS__)
#define DELETE(...)    ROW(DELETE, WRITE, ROUTE_IF_MATCH, __VA_ARGS__)
#define ANSWER(path, roles, operation, ...) /* by C, without the database */ \
    {METHOD_GET, path, roles, #operation, LANE_NONE, __VA_ARGS__ + 0, operation}
#define FREE           ROUTE_IF_MATCH /* done at any moment, whatever the version */
#define CACHED         ROUTE_PUBLIC_CACHE
#define OWN_TYPE       ROUTE_OWN_TYPE
#define TAGGED         ROUTE_TAGGED /* an ETag of what is answered: asked for again and again */
#define WATCHED        (ROUTE_TAGGED | ROUTE_PUBLIC_CACHE) /* by everybody */
#define KEPT           (ROUTE_PUBLIC_CACHE | ROUTE_KEPT) /* here, too */

const struct route routes[] = {
    /* service */
    ANSWER("/",                 PUBLIC, documentation_page, CACHED),
    ANSWER("/documentation.js", PUBLIC, documentation_script, CACHED),
    ANSWER("/livez",            PUBLIC, health_live),
    ANSWER("/readyz",           PUBLIC, health_ready),
    ANSWER("/v1/openapi.json",  PUBLIC, documentation_contract, CACHED),
    /* me */
    READ("/v1/me", SIGNED_IN, me_read),
    /* staff */
    LIST(  "/v1/staff",            ADMINISTRATOR, staff_list),
    CREATE("/v1/staff",            ADMINISTRATOR, staff_create),
    READ(  "/v1/staff/{staff_id}", ADMINISTRATOR, staff_read),
    PATCH( "/v1/staff/{staff_id}", ADMINISTRATOR, staff_update),
    /* qualifications */
    READ("/v1/staff/{staff_id}/qualification", ADMINISTRATOR, qualifications_read),
    PUT( "/v1/staff/{staff_id}/qualification", ADMINISTRATOR, qualifications_replace),
    /* staff-links: the lead alone learns that there is such a thing */
    READ("/v1/staff-links/{staff_id}", ADMINISTRATOR, staff_links_read, ROUTE_UNSEEN),
    /* training-courses */
    LIST(  "/v1/training-courses",             LEARNERS,      training_courses_list),
    CREATE("/v1/training-courses",             ADMINISTRATOR, training_courses_create),
    READ(  "/v1/training-courses/{course_id}", LEARNERS,      training_courses_read),
    PATCH( "/v1/training-courses/{course_id}", ADMINISTRATOR, training_courses_update),
    /* training-offerings */
    LIST(  "/v1/training-offerings",               LEARNERS,      training_offerings_list),
    CREATE("/v1/training-offerings",               ADMINISTRATOR, training_offerings_create),
    READ(  "/v1/training-offerings/{offering_id}", LEARNERS,      training_offerings_read),
    PATCH( "/v1/training-offerings/{offering_id}", ADMINISTRATOR, training_offerings_update),
    /* trainings */
    LIST(  "/v1/staff/{staff_id}/trainings", ADMINISTRATOR, trainings_list),
    CREATE("/v1/staff/{staff_id}/trainings", ADMINISTRATOR, trainings_create),
    READ(  "/v1/trainings/{training_id}",    ADMINISTRATOR, trainings_read),
    DELETE("/v1/trainings/{training_id}",    ADMINISTRATOR, trainings_delete, FREE),
    /* referrals */
    LIST(  "/v1/referrals",                        COORDINATOR, referrals_list),
    CREATE("/v1/referrals",                        COORDINATOR, referrals_create),
    READ(  "/v1/referrals/{referral_id}",          COORDINATOR, referrals_read),
    PATCH( "/v1/referrals/{referral_id}",          COORDINATOR, referrals_update),
    STEP(  "/v1/referrals/{referral_id}/take",     COORDINATOR, referrals_take),
    LIST(  "/v1/referrals/{referral_id}/attempts", COORDINATOR, referrals_attempts_list),
    CREATE("/v1/referrals/{referral_id}/attempts", COORDINATOR, referrals_attempts_create),
    STEP(  "/v1/referrals/{referral_id}/close",    COORDINATOR, referrals_close),
    /* line-referrals */
    LIST(  "/v1/line-referrals",               LINE, line_referrals_list),
    CREATE("/v1/line-referrals",               LINE, line_referrals_create),
    READ(  "/v1/line-referrals/{referral_id}", LINE, line_referrals_read),
    /* holidays */
    LIST(  "/v1/holidays",              PUBLIC,        holidays_list, CACHED),
    CREATE("/v1/holidays",              ADMINISTRATOR, holidays_create),
    READ(  "/v1/holidays/{holiday_id}", PUBLIC,        holidays_read, CACHED),
    PATCH( "/v1/holidays/{holiday_id}", ADMINISTRATOR, holidays_update),
    DELETE("/v1/holidays/{holiday_id}", ADMINISTRATOR, holidays_delete),
    /* documents */
    LIST(  "/v1/documents",               PUBLIC,        documents_list, CACHED),
    CREATE("/v1/documents",               ADMINISTRATOR, documents_create),
    READ(  "/v1/documents/{document_id}", PUBLIC,        documents_read, CACHED),
    /* help-lines */
    LIST("/v1/help-lines", PUBLIC, help_lines_list, KEPT),
    /* code-lists */
    READ("/v1/code-lists", PUBLIC, code_lists_read, CACHED),
    /* codes */
    LIST(  "/v1/codes",           ADMINISTRATOR, codes_list),
    CREATE("/v1/codes",           ADMINISTRATOR, codes_create),
    READ(  "/v1/codes/{code_id}", ADMINISTRATOR, codes_read),
    PATCH( "/v1/codes/{code_id}", ADMINISTRATOR, codes_update),
    /* participants */
    LIST(     "/v1/participants",                               COORDINATOR, participants_list),
    CREATE(   "/v1/participants",                               COORDINATOR, participants_create),
    READ(     "/v1/participants/{participant_id}",              SERVED,      participants_read),
    PATCH(    "/v1/participants/{participant_id}",              SERVED,      participants_update),
    SLOW_LIST("/v1/participants/{participant_id}/audit-events", PEER,        participants_audit_events),
    /* sign-in-codes */
    CREATE("/v1/participants/{participant_id}/sign-in-codes", COORDINATOR,   sign_in_codes_create),
    CREATE("/v1/staff/{staff_id}/sign-in-codes",              ADMINISTRATOR, sign_in_codes_create_staff),
    STEP(  "/v1/sign-in-codes/redeem",                        SIGNED_IN,     sign_in_codes_redeem, FREE),
    /* contacts */
    READ( "/v1/participants/{participant_id}/contact", SERVED, contacts_read),
    PATCH("/v1/participants/{participant_id}/contact", SERVED, contacts_update),
    /* safety-plans */
    READ("/v1/participants/{participant_id}/safety-plan", SERVED, safety_plans_read),
    PUT( "/v1/participants/{participant_id}/safety-plan", SERVED, safety_plans_replace),
    /* emergency-contacts */
    READ("/v1/participants/{participant_id}/emergency-contact", SERVED, emergency_contacts_read),
    PUT( "/v1/participants/{participant_id}/emergency-contact", SERVED, emergency_contacts_replace),
    /* exclusions */
    LIST(  "/v1/participants/{participant_id}/exclusions", COORDINATOR, exclusions_list),
    CREATE("/v1/participants/{participant_id}/exclusions", COORDINATOR, exclusions_create),
    READ(  "/v1/exclusions/{exclusion_id}",                COORDINATOR, exclusions_read),
    DELETE("/v1/exclusions/{exclusion_id}",                COORDINATOR, exclusions_delete, FREE),
    /* own-cases: said of a colleague, until the lead has seen it */
    LIST("/v1/own-cases",                       ADMINISTRATOR, own_cases_list),
    STEP("/v1/own-cases/{own_case_id}/confirm", ADMINISTRATOR, own_cases_confirm, FREE),
    STEP("/v1/own-cases/{own_case_id}/refuse",  ADMINISTRATOR, own_cases_refuse, FREE),
    /* region-moves */
    LIST("/v1/participants/{participant_id}/region-moves", SERVED, region_moves_list),
    STEP("/v1/participants/{participant_id}/region-moves", SERVED, region_moves_create, FREE),
    /* acceptances */
    LIST(  "/v1/participants/{participant_id}/acceptances", SERVED, acceptances_list),
    CREATE("/v1/participants/{participant_id}/acceptances", PEER,   acceptances_create),
    READ(  "/v1/acceptances/{acceptance_id}",               SERVED, acceptances_read),
    STEP(  "/v1/acceptances/{acceptance_id}/withdraw",      PEER,   acceptances_withdraw, FREE),
    /* statuses */
    READ("/v1/participants/{participant_id}/status", SERVED, statuses_read),
    /* intakes */
    LIST(  "/v1/intakes",                          COORDINATOR, intakes_list),
    CREATE("/v1/intakes",                          COORDINATOR, intakes_create),
    READ(  "/v1/intakes/{intake_id}",              SERVED,      intakes_read),
    STEP(  "/v1/intakes/{intake_id}/send-form",    COORDINATOR, intakes_send_form),
    STEP(  "/v1/intakes/{intake_id}/acknowledge",  COORDINATOR, intakes_acknowledge),
    PUT(   "/v1/intakes/{intake_id}/meeting",      COORDINATOR, intakes_schedule),
    STEP(  "/v1/intakes/{intake_id}/meeting/hold", COORDINATOR, intakes_hold),
    STEP(  "/v1/intakes/{intake_id}/register",     COORDINATOR, intakes_register),
    STEP(  "/v1/intakes/{intake_id}/close",        COORDINATOR, intakes_close),
    STEP(  "/v1/intakes/{intake_id}/withdraw",     SERVED,      intakes_withdraw, FREE),
    /* intake-forms */
    READ( "/v1/intakes/{intake_id}/form",        SERVED, intake_forms_read),
    PATCH("/v1/intakes/{intake_id}/form",        SERVED, intake_forms_update),
    STEP( "/v1/intakes/{intake_id}/form/submit", SERVED, intake_forms_submit),
    /* updates */
    LIST(  "/v1/intakes/{intake_id}/updates", SERVED,      updates_list),
    CREATE("/v1/intakes/{intake_id}/updates", COORDINATOR, updates_create),
    /* held-messages */
    LIST("/v1/held-messages", COORDINATOR, held_messages_list),
    /* services */
    LIST(  "/v1/services",              PUBLIC,        services_list, CACHED),
    CREATE("/v1/services",              ADMINISTRATOR, services_create),
    READ(  "/v1/services/{service_id}", PUBLIC,        services_read, CACHED),
    PATCH( "/v1/services/{service_id}", ADMINISTRATOR, services_update),
    /* activities */
    LIST(  "/v1/activities",                        COORDINATOR, activities_list),
    CREATE("/v1/activities",                        COORDINATOR, activities_create),
    READ(  "/v1/activities/{activity_id}",          COORDINATOR, activities_read),
    PATCH( "/v1/activities/{activity_id}",          COORDINATOR, activities_update),
    STEP(  "/v1/activities/{activity_id}/announce", COORDINATOR, activities_announce),
    STEP(  "/v1/activities/{activity_id}/open",     COORDINATOR, activities_open),
    STEP(  "/v1/activities/{activity_id}/end",      COORDINATOR, activities_end),
    STEP(  "/v1/activities/{activity_id}/cancel",   COORDINATOR, activities_cancel),
    /* public-activities: asked by everybody, again and again */
    LIST("/v1/public-activities",               PUBLIC, public_activities_list, WATCHED),
    READ("/v1/public-activities/{activity_id}", PUBLIC, public_activities_read, WATCHED),
    READ("/v1/activity-calendar",               PUBLIC, public_activities_calendar, (WATCHED | OWN_TYPE)),
    /* groups */
    LIST(  "/v1/groups",                     STAFF,       groups_list),
    CREATE("/v1/groups",                     COORDINATOR, groups_create),
    READ(  "/v1/groups/{group_id}",          STAFF,       groups_read),
    PATCH( "/v1/groups/{group_id}",          COORDINATOR, groups_update),
    STEP(  "/v1/groups/{group_id}/open",     COORDINATOR, groups_open),
    STEP(  "/v1/groups/{group_id}/confirm",  COORDINATOR, groups_confirm),
    STEP(  "/v1/groups/{group_id}/cancel",   COORDINATOR, groups_cancel),
    STEP(  "/v1/groups/{group_id}/complete", COORDINATOR, groups_complete),
    /* sessions */
    LIST(  "/v1/groups/{group_id}/sessions",   STAFF,       sessions_list),
    CREATE("/v1/groups/{group_id}/sessions",   COORDINATOR, sessions_create),
    READ(  "/v1/sessions/{session_id}",        STAFF,       sessions_read),
    PATCH( "/v1/sessions/{session_id}",        COORDINATOR, sessions_update),
    STEP(  "/v1/sessions/{session_id}/cancel", COORDINATOR, sessions_cancel),
    STEP(  "/v1/sessions/{session_id}/start",  STAFF,       sessions_start, FREE),
    STEP(  "/v1/sessions/{session_id}/end",    STAFF,       sessions_end, FREE),
    /* session-topics */
    PUT("/v1/sessions/{session_id}/topic", STAFF, session_topics_replace, FREE),
    /* join-links */
    PUT("/v1/sessions/{session_id}/join-link", STAFF, join_links_replace, FREE),
    /* my-sessions */
    LIST("/v1/my-sessions", STAFF, my_sessions_list),
    /* colleagues */
    LIST("/v1/colleagues", COORDINATOR, colleagues_list),
    /* hand-overs */
    STEP("/v1/colleagues/{account_id}/hand-over", COORDINATOR, hand_overs_create, FREE),
    LIST("/v1/hand-overs",                        COORDINATOR, hand_overs_list),
    /* back-ups */
    READ("/v1/colleagues/{account_id}/back-up", REVIEWERS, back_ups_read),
    PUT( "/v1/colleagues/{account_id}/back-up", REVIEWERS, back_ups_replace, FREE),
    /* absences */
    LIST(  "/v1/colleagues/{account_id}/absences", REVIEWERS, absences_list),
    CREATE("/v1/colleagues/{account_id}/absences", REVIEWERS, absences_create),
    READ(  "/v1/absences/{absence_id}",            REVIEWERS, absences_read),
    DELETE("/v1/absences/{absence_id}",            REVIEWERS, absences_delete, FREE),
    /* host-assignments */
    LIST(  "/v1/groups/{group_id}/host-assignments",       STAFF,       host_assignments_list),
    CREATE("/v1/groups/{group_id}/host-assignments",       COORDINATOR, host_assignments_create),
    READ(  "/v1/host-assignments/{assignment_id}",         STAFF,       host_assignments_read),
    STEP(  "/v1/host-assignments/{assignment_id}/release", COORDINATOR, host_assignments_release),
    /* guests */
    LIST(  "/v1/guests",                        COORDINATOR, guests_list),
    CREATE("/v1/guests",                        COORDINATOR, guests_create),
    READ(  "/v1/guests/{guest_id}",             COORDINATOR, guests_read),
    PATCH( "/v1/guests/{guest_id}",             COORDINATOR, guests_update),
    STEP(  "/v1/guests/{guest_id}/send-page",   COORDINATOR, guests_send_page, FREE),
    STEP(  "/v1/guests/{guest_id}/revoke-page", COORDINATOR, guests_revoke_page, FREE),
    /* guest-pages: the address is the secret */
    READ("/v1/guest-pages/{page_id}/{secret_id}",         PUBLIC, guest_pages_read),
    STEP("/v1/guest-pages/{page_id}/{secret_id}/sign",    PUBLIC, guest_pages_sign, FREE),
    STEP("/v1/guest-pages/{page_id}/{secret_id}/confirm", PUBLIC, guest_pages_confirm, FREE),
    STEP("/v1/guest-pages/{page_id}/{secret_id}/decline", PUBLIC, guest_pages_decline, FREE),
    /* shortfalls */
    SLOW_LIST("/v1/shortfalls", COORDINATOR, shortfalls_list),
    /* waiting-people */
    LIST("/v1/waiting-people", COORDINATOR, waiting_people_list),
    /* enrolments */
    LIST(  "/v1/groups/{group_id}/enrolments",             COORDINATOR, enrolments_group_list),
    CREATE("/v1/groups/{group_id}/enrolments",             COORDINATOR, enrolments_create),
    LIST(  "/v1/participants/{participant_id}/enrolments", SERVED,      enrolments_participant_list),
    READ(  "/v1/enrolments/{enrolment_id}",                SERVED,      enrolments_read),
    PATCH( "/v1/enrolments/{enrolment_id}",                PEER,        enrolments_update),
    STEP(  "/v1/enrolments/{enrolment_id}/offer",          COORDINATOR, enrolments_offer),
    STEP(  "/v1/enrolments/{enrolment_id}/accept",         SERVED,      enrolments_accept),
    STEP(  "/v1/enrolments/{enrolment_id}/confirm",        COORDINATOR, enrolments_confirm),
    STEP(  "/v1/enrolments/{enrolment_id}/not-this-one",   COORDINATOR, enrolments_not_this_one),
    STEP(  "/v1/enrolments/{enrolment_id}/decline",        SERVED,      enrolments_decline),
    STEP(  "/v1/enrolments/{enrolment_id}/withdraw",       SERVED,      enrolments_withdraw, FREE),
    STEP(  "/v1/enrolments/{enrolment_id}/remove",         COORDINATOR, enrolments_remove),
    LIST(  "/v1/enrolments/{enrolment_id}/decisions",      COORDINATOR, enrolments_decisions),
    /* places */
    READ(  "/v1/sessions/{session_id}/place",        PEER, places_read),
    PUT(   "/v1/sessions/{session_id}/place",        PEER, places_replace, FREE),
    DELETE("/v1/sessions/{session_id}/place",        PEER, places_delete, FREE),
    LIST(  "/v1/sessions/{session_id}/places",       COORDINATOR, places_list),
    LIST(  "/v1/sessions/{session_id}/places/{enrolment_id}/decisions", COORDINATOR, places_decisions),
    /* registrations */
    CREATE("/v1/groups/{group_id}/register",             PEER,        registrations_create),
    STEP(  "/v1/enrolments/{enrolment_id}/conversation", COORDINATOR, registrations_conversation, FREE),
    /* interests */
    PUT(   "/v1/activities/{activity_id}/interest", PEER,        interests_replace, FREE),
    DELETE("/v1/activities/{activity_id}/interest", PEER,        interests_delete, FREE),
    LIST(  "/v1/interests",                         PEER,        interests_list),
    LIST(  "/v1/interests/counts",                  COORDINATOR, interests_counts),
    /* homes */
    READ("/v1/participants/{participant_id}/home", PEER, homes_read),
    /* calendar-feeds */
    LIST(  "/v1/participants/{participant_id}/calendar-feeds", PEER, calendar_feeds_list),
    CREATE("/v1/participants/{participant_id}/calendar-feeds", PEER, calendar_feeds_create),
    DELETE("/v1/calendar-feeds/{feed_id}",                     PEER, calendar_feeds_delete, FREE),
    /* calendars: the address is the secret */
    READ("/v1/calendar/{calendar_id}/{secret_id}", PUBLIC, calendars_read, OWN_TYPE),
    /* rosters */
    READ("/v1/sessions/{session_id}/roster", STAFF, rosters_read),
    /* apologies */
    READ(  "/v1/sessions/{session_id}/apology", PEER, apologies_read),
    PUT(   "/v1/sessions/{session_id}/apology", PEER, apologies_replace, FREE),
    DELETE("/v1/sessions/{session_id}/apology", PEER, apologies_delete, FREE),
    /* attendances */
    LIST("/v1/sessions/{session_id}/attendance",                ROOM,  attendances_list),
    PUT( "/v1/sessions/{session_id}/attendance/{enrolment_id}", STAFF, attendances_replace, FREE),
    /* session-safety-plans */
    READ("/v1/sessions/{session_id}/safety-plans/{enrolment_id}", PROFESSIONAL, session_safety_plans_read),
    /* session-contacts: behind glass, and contact-openings: the list that is reviewed */
    STEP("/v1/sessions/{session_id}/contacts/{enrolment_id}/open", PROFESSIONAL, session_contacts_open, FREE),
    LIST("/v1/contact-openings", REVIEWERS, contact_openings_list),
    /* conflict-declarations */
    LIST(  "/v1/conflict-declarations",                           ROOM, conflict_declarations_list),
    CREATE("/v1/conflict-declarations",                           ROOM, conflict_declarations_create),
    READ(  "/v1/conflict-declarations/{declaration_id}",          ROOM, conflict_declarations_read),
    STEP(  "/v1/conflict-declarations/{declaration_id}/withdraw", ROOM, conflict_declarations_withdraw, FREE),
    STEP(  "/v1/conflict-declarations/{declaration_id}/conversation",
        COORDINATOR, conflict_declarations_conversation, FREE),
    /* step-backs: one's own */
    READ(  "/v1/step-back", PARTAKERS, step_backs_read),
    DELETE("/v1/step-back", PARTAKERS, step_backs_delete, FREE),
    /* conflict-matches */
    LIST("/v1/conflict-matches",                   COORDINATOR, conflict_matches_list),
    READ("/v1/conflict-matches/{match_id}",        COORDINATOR, conflict_matches_read),
    STEP("/v1/conflict-matches/{match_id}/decide", COORDINATOR, conflict_matches_decide),
    /* exclusion-requests */
    LIST(  "/v1/exclusion-requests",                    REVIEWERS,   exclusion_requests_list),
    CREATE("/v1/exclusion-requests",                    PEER,        exclusion_requests_create),
    READ(  "/v1/exclusion-requests/{request_id}",       REVIEWERS,   exclusion_requests_read),
    STEP(  "/v1/exclusion-requests/{request_id}/close", REVIEWERS,   exclusion_requests_close),
    /* incidents */
    LIST(  "/v1/incidents",                           STAFF,       incidents_list),
    CREATE("/v1/incidents",                           STAFF,       incidents_create),
    READ(  "/v1/incidents/{incident_id}",             STAFF,       incidents_read),
    CREATE("/v1/incidents/{incident_id}/actions",     SUPERVISORS, incidents_actions_create),
    STEP(  "/v1/incidents/{incident_id}/acknowledge", SUPERVISORS, incidents_acknowledge),
    STEP(  "/v1/incidents/{incident_id}/close",       COORDINATOR, incidents_close),
    /* debriefs */
    LIST(  "/v1/debriefs",                        STAFF,       debriefs_list),
    CREATE("/v1/sessions/{session_id}/debriefs",  STAFF,       debriefs_create),
    READ(  "/v1/debriefs/{debrief_id}",           STAFF,       debriefs_read),
    PATCH( "/v1/debriefs/{debrief_id}",           COORDINATOR, debriefs_update),
    STEP(  "/v1/debriefs/{debrief_id}/supervise", SUPERVISORS, debriefs_supervise),
    /* duty_shifts */
    LIST(  "/v1/duty-shifts",            ON_CALL,   duty_shifts_list),
    CREATE("/v1/duty-shifts",            REVIEWERS, duty_shifts_create),
    READ(  "/v1/duty-shifts/{shift_id}", ON_CALL,   duty_shifts_read),
    PATCH( "/v1/duty-shifts/{shift_id}", REVIEWERS, duty_shifts_update),
    DELETE("/v1/duty-shifts/{shift_id}", REVIEWERS, duty_shifts_delete),
    /* duty_turns */
    LIST("/v1/duty-turns", ON_CALL, duty_turns_list),
    /* duty_swaps */
    LIST(  "/v1/duty-swaps",                    ON_CALL,     duty_swaps_list),
    CREATE("/v1/duty-swaps",                    SUPERVISORS, duty_swaps_create),
    READ(  "/v1/duty-swaps/{swap_id}",          ON_CALL,     duty_swaps_read),
    STEP(  "/v1/duty-swaps/{swap_id}/agree",    SUPERVISORS, duty_swaps_agree),
    STEP(  "/v1/duty-swaps/{swap_id}/decline",  SUPERVISORS, duty_swaps_decline),
    STEP(  "/v1/duty-swaps/{swap_id}/withdraw", SUPERVISORS, duty_swaps_withdraw),
    /* duty_gaps */
    SLOW_LIST("/v1/duty-gaps", ON_CALL, duty_gaps_list),
    /* duty_rungs */
    LIST("/v1/duty-rungs", ON_CALL, duty_rungs_list),
    /* notices */
    LIST("/v1/notices",                         LEARNERS, notices_list, TAGGED),
    READ("/v1/notices/{notice_id}",             LEARNERS, notices_read),
    STEP("/v1/notices/{notice_id}/acknowledge", LEARNERS, notices_acknowledge, FREE),
    /* notice-preferences */
    READ( "/v1/notice-preferences", LEARNERS, notice_preferences_read),
    PATCH("/v1/notice-preferences", LEARNERS, notice_preferences_update),
    /* alarms */
    LIST("/v1/alarms",                      ON_CALL, alarms_list),
    READ("/v1/alarms/{alarm_id}",           ON_CALL, alarms_read),
    STEP("/v1/alarms/{alarm_id}/take-over", ON_CALL, alarms_take_over),
    STEP("/v1/alarms/{alarm_id}/hand-back", ON_CALL, alarms_hand_back),
    /* audit-events */
    SLOW_LIST("/v1/audit-events", ADMINISTRATOR, audit_events_list),
};
/* clang-format on */
const size_t routes_count = sizeof routes / sizeof routes[0];
