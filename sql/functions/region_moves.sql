-- SPDX-License-Identifier: MIT
-- A person moves to another region, and their file with them when they agree (S0.24, R14): it is then their coordinator's there.

create or replace view region_moves_json with (security_invoker = true) as
select m.id, m.participant_id, m.recorded_at, row_to_json(members) as body
from region_moves m
cross join lateral (select
    m.id,
    m.participant_id,
    m.from_region,
    m.to_region,
    m.said_by,
    case when (select actor_role()) = 'coordinator' then m.recorded_by end as recorded_by,
    utc(m.recorded_at) as recorded_at) members;

-- Writes: participants, intakes, waiting_people, region_moves, hand_overs.
create or replace function region_move_apply(in_participant_id uuid, in_from text, in_to text) returns uuid
language plpgsql security definer as $$
declare
    new_id uuid := gen_random_uuid();
begin
    perform require_role('coordinator', 'peer');
    if not actor_serves(in_participant_id) then
        perform problem('not-found');
    end if;
    update participants p set region = in_to, version = p.version + 1 where p.id = in_participant_id;
    update intakes i set region_key = in_to where i.participant_id = in_participant_id;
    update waiting_people w set region_key = in_to where w.participant_id = in_participant_id;
    insert into region_moves (id, participant_id, from_region, to_region, said_by, recorded_by, recorded_at)
    values (new_id, in_participant_id, in_from, in_to, actor_role(), actor_account_id(), app_now());
    if not hand_over_follow(in_participant_id, 'moved') then
        perform conflict('nobody-serves');
    end if;
    return new_id;
end $$;

-- Writes: as region_move_apply(), comparisons. Locks: the person.
create or replace function region_moves_create(in_participant_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    participant participants := participant_lock(in_participant_id);
    new_id uuid;
begin
    if (in_body->>'agreed')::boolean is not true then
        perform problem_field('agreed', 'required');
    elsif in_body->>'region' = participant.region then
        perform problem_field('region', 'invalid');
    end if;
    new_id := region_move_apply(in_participant_id, participant.region, in_body->>'region');
    perform comparison_ask('participant', array[in_participant_id]);
    perform audit('move', 'participant', in_participant_id, array[in_participant_id], body_fields(in_body));
    return (select respond(200, m.body) from region_moves_json m where m.id = new_id);
end $$;

create or replace trigger append_only before update or delete on region_moves for each row execute function refuse_change();
