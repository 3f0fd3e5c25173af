-- SPDX-License-Identifier: MIT
-- Doors, applied last: who may call what. A function runs with the rights of its caller and opens nothing that row level security closes,
-- so requests may call it; what looks past row level security is closed until it stands here. Trigger functions are called by nobody.

-- Jobs: the worker alone.
grant execute on function
    audit_event_digest(audit_events), audit_link_append(), audit_link_verify(), idempotency_key_expire(),
    intake_meeting_text(intakes, text, text), intake_meetings_rederive(), jobs_rederive(), jobs_run(),
    moment_text(timestamp, text, timestamptz, text), moment_texts(timestamp, text, timestamptz, text, text, text),
    outbox_done(uuid, text, int), outbox_is_last(int),
    outbox_moot(outbox, text, intakes), outbox_pause(int), outbox_release_leases(), outbox_sent(outbox), outbox_take(int),
    outbox_verdict(outbox, participants, intakes, contacts), seat_expire_offers(int), seat_mail_verdict(outbox),
    seat_mail_when(outbox, text, text), setting(text)
to alongside_worker;

-- The frame of every function, said once. A path ends with pg_temp: unnamed, it would come first, and what a definer's function calls runs
-- with its rights: a caller's temporary table in place of ours, with triggers of its own, would have them too.
do $$
declare
    routine record;
begin
    for routine in
        select p.oid::regprocedure as name, p.prosecdef, l.lanname, p.prorettype = 'trigger'::regtype as is_trigger,
            has_function_privilege('alongside_worker', p.oid, 'execute') as is_job
        from pg_proc p join pg_language l on l.oid = p.prolang
        where p.pronamespace = 'alongside'::regnamespace
    loop
        if routine.lanname = 'plpgsql' then
            execute format('alter routine %s set search_path = alongside, pg_catalog, pg_temp', routine.name);
        end if;
        -- What finds a page finds no more; the usual guess of 1,000 rows would have every request planned anew.
        if routine.name::text like '%\_find(jsonb)' then
            execute format('alter routine %s rows 26', routine.name);
        end if;
        if routine.prosecdef then
            execute format('alter routine %s owner to alongside_definer', routine.name);
        elsif not routine.is_trigger then
            execute format('grant execute on routine %s to alongside_definer', routine.name);
            if not routine.is_job then
                execute format('grant execute on routine %s to alongside_api', routine.name);
            end if;
        end if;
    end loop;
end $$;

-- What requests may call of what looks past row level security: asked by policies and views, or an operation. Each asks who acts.
grant execute on function context_enter(text, text, text, text, text, text, text) to alongside_api;
grant execute on function account_is_staff(uuid) to alongside_api;
grant execute on function actor_cohort_ids(), actor_hidden_conflict_ids(), actor_own_cohort_ids(), actor_session_ids() to alongside_api;
grant execute on function attendance_record(uuid, uuid, text) to alongside_api;
grant execute on function audit_events_find(jsonb) to alongside_api;
grant execute on function calendars_read(uuid, uuid) to alongside_api;
grant execute on function
    cohort_is_locked(cohorts), cohort_notify(uuid, text, jsonb), cohort_seats_complete(uuid), cohort_seats_shown(uuid)
to alongside_api;
grant execute on function colleagues_find(jsonb) to alongside_api;
grant execute on function conflict_match_shared_cohort_ids(conflict_matches) to alongside_api;
grant execute on function
    conflict_blocks_cohort(uuid), conflict_blocks_host(uuid, uuid), conflict_follow_contact(uuid), conflict_follow_decision(uuid),
    conflict_follow_declaration(uuid), conflict_follow_end(uuid, uuid), conflict_follow_exclusions(uuid[], uuid[], uuid[], boolean),
    conflict_follow_host(uuid), conflict_follow_login(uuid), conflict_follow_region(uuid), conflict_follow_staff(uuid),
    conflict_follow_withdrawal(uuid)
to alongside_api;
grant execute on function debrief_may_supervise(debriefs, uuid), debrief_note(uuid), debrief_cohort_id(uuid) to alongside_api;
grant execute on function document_announce(uuid) to alongside_api;
grant execute on function
    enrolment_group_json(enrolments), enrolments_accept(uuid, int[]), enrolments_create(uuid, jsonb), enrolments_decline(uuid, int[]),
    enrolments_offer(uuid, int[], jsonb), enrolments_remove(uuid, int[], jsonb), enrolments_withdraw(uuid)
to alongside_api;
grant execute on function exclusion_request_follow(uuid), exclusion_request_today() to alongside_api;
grant execute on function home_help_arranged(), home_next_sessions(int) to alongside_api;
grant execute on function
    host_assignment_alias(uuid), host_facts(uuid, text, text, date), host_clashes(uuid), host_is_barred(uuid, uuid)
to alongside_api;
grant execute on function incident_check_in(uuid) to alongside_api;
grant execute on function idempotency_key_forget(text, json) to alongside_api;
grant execute on function rosters_read(uuid) to alongside_api;
grant execute on function cohort_list_advance(uuid), seat_release_all(uuid, text), seat_withdraw_all(uuid) to alongside_api;
grant execute on function session_contact_open(uuid, uuid, text) to alongside_api;
grant execute on function session_safety_plans_read(uuid, uuid) to alongside_api;
grant execute on function session_topics_set(uuid, text[]) to alongside_api;
grant execute on function session_begin(uuid, uuid[]), session_finish(uuid), session_role(uuid), session_run_json(uuid) to alongside_api;
grant execute on function shortfall_candidates(uuid, text), shortfall_missing(uuid), shortfall_unfit(uuid) to alongside_api;
grant execute on function staff_alias(uuid) to alongside_api;
grant execute on function waiting_person_missing(uuid), waiting_person_refresh(uuid) to alongside_api;

-- And what jobs have in common with requests.
grant execute on function
    actor_account_id(), actor_role(), app_now(), audit(text, text, uuid, uuid[], text[]), business_day(date, int),
    business_days(date, date), business_days_after(timestamptz, int), document_kinds_missing(uuid, text, text),
    idempotency_key_horizon(), intake_may_step(intakes, text), intake_told(uuid, timestamptz), intake_update_due(timestamptz),
    office_close(date), office_date(timestamptz), office_zone(), problem(text, jsonb), problem_state(text), session_rederive(),
    unseal(text, text), utc(timestamptz), utc_offset(timestamp, timestamptz), waiting_person_refresh(uuid),
    waiting_person_state(intakes), wall_instant(timestamp, text)
to alongside_worker;

grant select on schema_migrations, schema_state to alongside_api, alongside_worker;
