-- SPDX-License-Identifier: MIT
-- Each time somebody was told how things stand.

create or replace view updates_json with (security_invoker = true) as
select u.id, u.intake_id, u.participant_id, u.recorded_at, row_to_json(members) as body
from updates u
cross join lateral (select
    u.id,
    u.intake_id,
    u.method,
    utc(u.recorded_at) as recorded_at,
    utc(u.told_at) as told_at) members;

-- S1.35, I12. Mail tells the person when it has gone out; a voice tells at once, and nothing queued repeats it.
-- Writes: outbox, intakes, updates. Locks: the person, the intake.
create or replace function updates_create(in_intake_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    intake intakes := intake_lock(in_intake_id);
    new_id uuid := gen_random_uuid();
    is_mail boolean := in_body->>'method' = 'email';
    mail uuid;
begin
    if not intake.is_open then
        perform problem_state(intake.state);
    end if;
    if is_mail then
        mail := outbox_put('status_update', intake.participant_id, in_intake_id => in_intake_id);
    else
        perform outbox_told(in_intake_id);
        perform intake_told(in_intake_id, app_now());
    end if;
    insert into updates (id, intake_id, participant_id, method, outbox_id, recorded_by, recorded_at, told_at)
    values (
        new_id, in_intake_id, intake.participant_id, in_body->>'method', mail, actor_account_id(), app_now(),
        case when not is_mail then app_now() end);
    perform audit('tell', 'intake', in_intake_id, array[intake.participant_id], body_fields(in_body));
    return (
        select respond(201, u.body, '/v1/intakes/' || u.intake_id || '/updates', 1) from updates_json u where u.id = new_id);
end $$;
