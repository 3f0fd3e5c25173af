-- SPDX-License-Identifier: MIT
-- I13, R14: staff for whom a participant does not exist.

create or replace view exclusions_json with (security_invoker = true) as
select x.id, x.participant_id, x.created_at, row_to_json(members) as body
from exclusions x
cross join lateral (select
    x.id,
    x.participant_id,
    x.account_id,
    x.reason,
    x.created_by,
    utc(x.created_at) as created_at) members;

-- One after the other, so that of two who are excluded at once one stays.
create or replace function exclusion_hold(in_participant_id uuid) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('excludes ' || in_participant_id, 0));
end $$;

-- R14: who asked that somebody not see their file is not told whether there is such a person. So the audit finds what was done about it by
-- its object, not by whose file it is.

-- I13: from now on this person does not exist for that account; what was theirs of the person's goes to somebody else (decision 22).
-- Writes: exclusions, comparisons, hand_overs, participants, intakes.
create or replace function exclusions_create(in_participant_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    reason text := in_body->>'reason';
begin
    -- What one says of oneself counts at once.
    if reason = 'own_case' and (in_body->>'account_id')::uuid <> actor_account_id() then
        reason := 'own_case_said';
    end if;
    perform participant_require_seen(in_participant_id);
    perform exclusion_hold(in_participant_id);
    if not coordinator_is_left(in_participant_id, array[(in_body->>'account_id')::uuid]) then
        perform conflict('last-coordinator');
    end if;
    insert into exclusions (id, participant_id, account_id, reason, created_by, created_at)
    values (
        new_id, in_participant_id, (in_body->>'account_id')::uuid, reason, actor_account_id(), app_now());
    perform comparison_ask('participant', array[in_participant_id]);
    perform comparison_ask('account', array[(in_body->>'account_id')::uuid]);
    perform hand_over_follow(in_participant_id, 'conflict');
    if reason = 'own_case_said' then
        perform own_case_tell(new_id, in_participant_id);
    end if;
    perform audit('create', 'exclusion', new_id, in_fields => body_fields(in_body));
    return (select respond(201, x.body, '/v1/exclusions/' || x.id, 1) from exclusions_json x where x.id = new_id);
end $$;

create or replace function exclusions_delete(in_id uuid) returns response language plpgsql as $$
declare
    exclusion exclusions;
begin
    delete from exclusions x where x.id = in_id returning * into exclusion;
    if not found then
        perform problem('not-found');
    end if;
    perform comparison_ask('participant', array[exclusion.participant_id]);
    perform comparison_ask('account', array[exclusion.account_id]);
    perform audit('delete', 'exclusion', in_id);
    return respond(204, null);
end $$;
