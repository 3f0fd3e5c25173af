-- SPDX-License-Identifier: MIT
-- Applied last. Functions run with the rights of their caller, so calling one opens nothing that row level security closes;
-- what only jobs may call is taken away again.
grant execute on all functions in schema alongside to alongside_api, alongside_worker, alongside_definer;
revoke execute on function
    audit_link(), audit_verify(), jobs_run(), outbox_take(int), outbox_done(uuid, text, int), instants_rederive(), sessions_rederive(),
    meetings_rederive() from alongside_api;
-- What only the definer's own functions and jobs may call: it asks nobody who acts.
revoke execute on function
    enrolment_lock(uuid, int[]), enrolment_decide(uuid, text, text, boolean), enrolment_end_waiting(uuid),
    enrolment_move(enrolments, text, text, text, boolean), enrolments_expire(int), seat_mail(enrolments, text, jsonb),
    seat_mail_cancel(uuid, text), seat_mail_verdict(outbox), seat_mail_when(outbox, text, text) from alongside_api;
revoke execute on function
    conflict_selves(uuid[]), conflict_persons(uuid), conflict_stands(uuid[], uuid), conflict_group_ids(uuid[]),
    conflicts_raise(uuid[]), conflicts_record(uuid[]), conflicts_block_session(uuid), conflict_met_in(conflict_matches),
    conflicts_block_participant(uuid, uuid), group_seats_taken(uuid), session_take(uuid), session_missing(sessions, uuid[]),
    session_seat_in_window(uuid, uuid) from alongside_api;
grant select on schema_migrations, schema_state to alongside_api, alongside_worker;

-- Unnamed, pg_temp comes first. What a definer's function calls runs with its rights: a caller's temporary table in place of ours, with
-- triggers of its own, would have them too.
do $$
declare
    routine regprocedure;
begin
    for routine in
        select p.oid from pg_proc p
        where p.pronamespace = 'alongside'::regnamespace and p.proconfig @> array['search_path=alongside, pg_catalog']
    loop
        execute format('alter routine %s set search_path = alongside, pg_catalog, pg_temp', routine);
    end loop;
end
$$;
