-- SPDX-License-Identifier: MIT
-- Applied last. Functions run with the rights of their caller, so calling one opens nothing that row level security closes;
-- what only jobs may call is taken away again.
grant execute on all functions in schema alongside to alongside_api, alongside_worker, alongside_definer;
revoke execute on function audit_link(), audit_verify(), jobs_run(), outbox_take(int), outbox_done(uuid, text, int) from alongside_api;
-- What only the definer's own functions and jobs may call: it asks nobody who acts.
revoke execute on function
    enrolment_lock(uuid, int[]), enrolment_decide(uuid, text, text, boolean), enrolment_end_waiting(uuid),
    enrolment_move(enrolments, text, text, text, boolean), enrolments_expire(int), seat_mail(enrolments, text, jsonb),
    seat_mail_cancel(uuid, text), seat_mail_verdict(outbox), seat_mail_when(outbox, text, text) from alongside_api;
revoke execute on function
    conflict_persons(uuid), conflict_stands(uuid, uuid[]), conflict_group_ids(uuid[]), conflicts_refresh(uuid[]),
    session_take(uuid), session_missing(sessions, uuid[]) from alongside_api;
grant select on schema_migrations, schema_state to alongside_api, alongside_worker;
