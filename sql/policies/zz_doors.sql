-- SPDX-License-Identifier: MIT
-- Doors, applied last: whose is what looks past row level security, and who may call what. A function runs with the rights of its caller
-- and opens nothing that policies close, so that everybody may call it; what looks past them belongs to one of five roles, each with the
-- grants that its functions need and no more, and is called by nobody until a list says so. Names are enough: no two functions share one.
grant usage on schema alongside
to alongside_api, alongside_worker, alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty;
grant select on schema_migrations, schema_state to alongside_api, alongside_worker;

-- Jobs: the worker alone.
grant execute on function
    audit_event_digest, audit_event_month, audit_link_add, audit_link_append, audit_link_detached, audit_link_end, audit_link_groups,
    audit_link_hash, audit_link_is_foreign, audit_link_last, audit_link_verify, audit_month_parts, audit_month_state,
    idempotency_key_expire, intake_meeting_text, intake_meetings_rederive, job_is_aside, job_is_long, job_is_met, job_set_aside,
    job_take_back, jobs_rederive, moment_text, moment_texts, name_digest_add, name_digest_declared, name_digest_renew,
    name_digest_stale, notice_mail, outbox_done, outbox_follow_clock, outbox_follow_sent,
    outbox_is_last, outbox_lease, outbox_lease_other, outbox_moot, outbox_pause, outbox_release_leases, outbox_sent, outbox_take,
    outbox_tell_unreached, outbox_verdict, contact_mail_fault, guest_mail, guest_mail_dates, guest_page_expire, guest_page_open,
    place_list_advance_all, seat_advance_lists, seat_show_full, seat_expire_offers, seat_answer_all,
    seat_mail_verdict, seat_mail_when, setting, sign_in_code_expire, comparison_run
to alongside_worker;

-- Whose what is, and the frame of every function, said once. Whoever is given a function must be able to make one, for that moment. A path
-- ends with pg_temp: unnamed, it would come first, and what a definer's function calls runs with its rights: a caller's temporary table in
-- place of ours, with triggers of its own, would have them too. What runs with its caller's rights has its caller's path: the same, from
-- the role, or from the definer's function that calls it; a clause of its own would cost 1 to 2 µs a call.
grant create on schema alongside to alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty;
do $$
declare
    routine record;
begin
    for routine in
        with owned as (
            select o.owner, n.name from (values
                -- Seats: who has one, who waits for one, and the mail about it.
                ('alongside_seats', '
                    cohort_is_full cohort_notify cohort_seats_complete cohort_seats_shown cohort_seats_taken
                    enrolment_guard enrolments_accept enrolments_create enrolments_decline enrolments_offer
                    registrations_conversation registrations_create
                    enrolments_confirm enrolments_not_this_one enrolments_remove enrolments_update enrolments_withdraw cohort_offers_shorten
                    place_follow_move place_guard place_let_in place_list_advance_all places_delete places_read places_replace
                    place_taken_shown seat_advance_lists seat_answer_all seat_expire_offers seat_mail_verdict seat_mail_when
                    seat_release_all seat_show_full seat_withdraw_all waiting_people_missing waiting_person_refresh'),
                -- Conflicts: who must not meet whom, and who bears which name.
                ('alongside_conflicts', '
                    account_is_staff actor_hidden_conflict_ids actor_kept_conflict_ids comparison_finish comparison_is_due comparison_run
                    conflict_blocks_cohort conflict_blocks_host conflict_blocks_participant conflict_blocks_place conflict_blocks_session
                    conflict_cohort_ids conflict_declaration_ahead conflict_declaration_clocks conflict_declaration_kept_ids
                    conflict_declaration_follow_talk conflict_is_said conflict_located conflict_match_met_in conflict_match_names
                    conflict_match_shared_cohort_ids
                    conflict_persons conflict_raise conflict_selves conflict_stands exclusion_request_clocks
                    exclusion_request_retry exclusion_request_today
                    host_is_barred registration_clocks registration_is_unheard
                    name_digest_add name_digest_declared name_digest_given name_digests_follow name_digests_forget
                    name_digests_keep'),
                -- Sessions: who leads them and may, who comes, what happens around them.
                ('alongside_sessions', '
                    apologies_delete apologies_replace attendance_record colleagues_find conflict_match_shown contact_is_mailed
                    debrief_cohort_id debrief_may_supervise debrief_note guest_mail_dates guest_page_expire guest_pages_confirm
                    guest_pages_decline guest_pages_read guest_pages_sign home_help_arranged host_clashes join_link_needs_replacing
                    join_link_replace
                    host_facts incident_begin incident_check_in rosters_read session_run_begin session_contact_open session_run_finish
                    host_slots_unfilled session_hosts session_role session_run_json session_safety_plans_read
                    session_seat_in_window session_topics_set shortfall_candidates shortfall_expertise_missing shortfall_missing
                    shortfall_unfit'),
                -- The desk: who comes in, what they have a part in, what is announced and looked up.
                ('alongside_desk', '
                    activity_require_no_tracks public_activities_calendar public_activity_standing
                    account_identify account_identity sign_in_code_bind sign_in_code_forget
                    account_is_away actor_assigned_session_ids actor_cohort_ids actor_own_cohort_ids actor_own_session_ids
                    actor_session_ids actor_stands_for_ids
                    audit_events_find calendars_read context_enter coordinator_back_up coordinator_is_left coordinator_shown
                    coordinator_stand_in document_announce enrolment_group_json hand_over hand_over_follow hand_over_left
                    home_next_sessions interest_end interest_end_idle interest_languages interest_tell interests_counted
                    host_assignment_alias idempotency_key_forget
                    own_case_tell own_cases_confirm own_cases_find own_cases_refuse plain_list region_move_apply seal_check staff_alias
                    staff_link_since'),
                -- Duty: who is on call, whom an alarm calls, what staff are told.
                ('alongside_duty', '
                    account_alias actor_alarm_ids actor_alarm_object_ids actor_led_cohort_ids alarm_answer alarm_follow_answer
                    alarm_follow_hand_back duty_rungs_at join_link_watch
                    duty_shift_fault duty_swap_pass duty_turns_between notice_by_alias notice_follow_email
                    notice_preference_default notice_tell notice_tell_coordinator notice_tell_hosts notice_tell_unreachable
                    watched_clock_follow')) o (owner, names)
            cross join regexp_split_to_table(btrim(o.names, e' \n'), '\s+') n (name)),
        known as (
            select p.oid, p.proname as name, p.prosecdef, p.prorettype = 'trigger'::regtype as is_trigger,
                has_function_privilege('alongside_worker', p.oid, 'execute') as is_job
            from pg_proc p
            where p.pronamespace = 'alongside'::regnamespace)
        select k.oid::regprocedure::text as signature, k.*, o.name as listed, o.owner from known k full join owned o on o.name = k.name
    loop
        if routine.owner is null and routine.prosecdef then
            raise exception '% looks past row level security and is nobody''s: say in zz_doors.sql whose it is', routine.signature;
        elsif routine.owner is not null and routine.prosecdef is not true then
            raise exception 'zz_doors.sql gives % to %: there is no such function that looks past row level security',
                routine.listed, routine.owner;
        end if;
        -- What finds a page finds no more; the usual guess of 1,000 rows would have every request planned anew.
        if routine.signature like '%\_find(jsonb)' then
            execute format('alter routine %s rows 26', routine.signature);
        end if;
        if routine.prosecdef then
            execute format('alter routine %s set search_path = alongside, pg_catalog, pg_temp', routine.signature);
            execute format('alter routine %s owner to %I', routine.signature, routine.owner);
        elsif not routine.is_trigger then
            execute format(
                'grant execute on routine %s to alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty%s',
                routine.signature, case when not routine.is_job then ', alongside_api' end);
        end if;
    end loop;
end $$;
revoke create on schema alongside from alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty;

-- What requests may call of what looks past row level security: asked by policies and views, or an operation. Each asks who acts.
grant execute on function context_enter to alongside_api;
grant execute on function account_is_away, coordinator_stand_in to alongside_api, alongside_worker;
grant execute on function
    account_identify, account_identity, account_is_staff, coordinator_back_up, coordinator_is_left, coordinator_shown,
    sign_in_code_bind, sign_in_code_forget
to alongside_api;
grant execute on function
    actor_assigned_session_ids, actor_cohort_ids, actor_hidden_conflict_ids, actor_kept_conflict_ids, actor_own_cohort_ids,
    actor_own_session_ids, actor_session_ids, actor_stands_for_ids
to alongside_api;
grant execute on function activity_require_no_tracks, public_activities_calendar, public_activity_standing to alongside_api;
grant execute on function apologies_delete, apologies_replace, attendance_record to alongside_api;
grant execute on function audit_events_find to alongside_api;
grant execute on function calendars_read to alongside_api;
grant execute on function cohort_is_full, cohort_notify, cohort_seats_complete, cohort_seats_shown to alongside_api;
grant execute on function colleagues_find to alongside_api;
grant execute on function
    conflict_declaration_ahead, conflict_declaration_follow_talk, conflict_match_shared_cohort_ids, conflict_match_shown
to alongside_api;
grant execute on function comparison_finish, comparison_is_due, conflict_blocks_cohort, conflict_blocks_host to alongside_api;
grant execute on function join_link_watch, watched_clock_follow to alongside_worker;
grant execute on function notice_tell, notice_tell_coordinator, notice_tell_unreachable to alongside_worker;
grant execute on function
    actor_alarm_ids, actor_alarm_object_ids, actor_led_cohort_ids, alarm_answer, alarm_follow_answer, alarm_follow_hand_back,
    notice_by_alias, notice_follow_email, notice_preference_default, notice_tell,
    notice_tell_hosts
to alongside_api;
grant execute on function account_alias, duty_rungs_at, duty_shift_fault, duty_swap_pass, duty_turns_between to alongside_api;
grant execute on function debrief_may_supervise, debrief_note, debrief_cohort_id to alongside_api;
grant execute on function document_announce to alongside_api;
grant execute on function
    enrolments_accept, enrolments_confirm, enrolments_create, enrolments_decline, enrolments_not_this_one,
    enrolments_offer, enrolments_remove, enrolments_update, enrolments_withdraw, registration_is_unheard,
    registrations_conversation, registrations_create
to alongside_api;
grant execute on function exclusion_request_retry, exclusion_request_today to alongside_api;
grant execute on function cohort_offers_shorten, seat_release_all, seat_withdraw_all to alongside_api;
grant execute on function guest_pages_confirm, guest_pages_decline, guest_pages_read, guest_pages_sign to alongside_api;
grant execute on function hand_over, hand_over_follow, hand_over_left to alongside_api;
grant execute on function enrolment_group_json to alongside_api, alongside_seats;
grant execute on function home_help_arranged, home_next_sessions to alongside_api;
grant execute on function interest_end, interest_end_idle, interest_languages, interest_tell, interests_counted to alongside_api;
grant execute on function host_assignment_alias, host_facts, host_clashes to alongside_api;
grant execute on function idempotency_key_forget to alongside_api;
grant execute on function incident_check_in to alongside_api;
grant execute on function own_case_tell, own_cases_confirm, own_cases_find, own_cases_refuse to alongside_api;
grant execute on function name_digest_given, name_digests_follow, name_digests_forget, name_digests_keep to alongside_api;
grant execute on function seal_check to alongside_api;
grant execute on function place_follow_move, places_delete, places_read, places_replace, place_taken_shown to alongside_api;
grant execute on function plain_list to alongside_api, alongside_seats, alongside_sessions;
grant execute on function region_move_apply to alongside_api;
grant execute on function rosters_read to alongside_api;
grant execute on function join_link_needs_replacing, join_link_replace to alongside_api;
grant execute on function session_run_begin, session_run_finish, session_role, session_run_json to alongside_api;
grant execute on function session_contact_open, session_safety_plans_read, session_topics_set to alongside_api;
grant execute on function shortfall_candidates, shortfall_expertise_missing, shortfall_missing, shortfall_unfit to alongside_api;
grant execute on function staff_alias, staff_link_since to alongside_api;
grant execute on function waiting_people_missing, waiting_person_refresh to alongside_api;

-- What each of the five may ask of the others; of its own, everything.
grant execute on function
    actor_own_cohort_ids, actor_stands_for_ids, comparison_finish, conflict_blocks_participant, conflict_blocks_place, conflict_is_said,
    contact_is_mailed, coordinator_shown, coordinator_stand_in, notice_tell, registration_is_unheard
to alongside_seats;
grant execute on function actor_own_cohort_ids, coordinator_is_left to alongside_conflicts;
grant execute on function
    account_is_away, conflict_declaration_clocks, conflict_declaration_kept_ids, conflict_selves, coordinator_stand_in,
    exclusion_request_clocks, registration_clocks
to alongside_duty;
grant execute on function notice_tell to alongside_desk;
grant execute on function
    actor_cohort_ids, actor_own_cohort_ids, actor_session_ids, actor_stands_for_ids, conflict_blocks_host, conflict_blocks_session,
    conflict_match_names, coordinator_stand_in, host_is_barred, notice_tell, place_let_in
to alongside_sessions;

-- Commands of an operator: the owner's alone.
revoke execute on function
    audit_link_anchor, audit_link_note, audit_month_attach, audit_month_detach, audit_month_fits, audit_month_guard, audit_month_make,
    audit_month_place, audit_month_prepare, audit_month_start, audit_month_table
from alongside_api, alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty;

-- And what jobs have in common with requests.
grant execute on function
    actor_account_id, actor_role, app_now, audit, business_day, business_days, business_days_after, document_kinds_missing,
    idempotency_key_horizon, intake_may_step, intake_told, intake_update_due, office_close, office_date, office_zone,
    participant_has_intake, problem, problem_state, sealed_key_id, secret_digest, sealed_mark, session_rederive, unseal, utc, utc_offset,
    waiting_person_refresh, waiting_person_state, wall_instant
to alongside_worker;
