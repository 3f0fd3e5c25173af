-- SPDX-License-Identifier: MIT
-- Where somebody is and whether they may be called.

create or replace view safety_plans_json with (security_invoker = true) as
select s.participant_id, s.version, row_to_json(members) as body
from safety_plans s
cross join lateral (select
    s.participant_id,
    sealed_mark('safety_plan.current_place_method', s.current_place_method, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(s.current_place_method)))) as current_place_method,
    s.consent_to_checkin,
    utc(s.confirmed_at) as confirmed_at,
    needs_confirmation(s.participant_id, s.confirmed_at) as needs_confirmation) members;

create or replace function safety_plans_replace(in_participant_id uuid, in_if_match int[], in_body jsonb, in_key jsonb) returns response
language plpgsql as $$
declare
    plan safety_plans;
begin
    perform participant_require_seen(in_participant_id);
    select * into plan from safety_plans s where s.participant_id = in_participant_id for no key update;
    perform require_version(in_if_match, plan.version);
    update safety_plans s set
        current_place_method = in_body->>'current_place_method',
        consent_to_checkin = (in_body->>'consent_to_checkin')::boolean,
        confirmed_at = app_now(),
        version = s.version + 1
    where s.participant_id = in_participant_id;
    perform participant_keep_key(in_key, in_participant_id);
    perform audit('update', 'safety_plan', in_participant_id, array[in_participant_id], body_fields(in_body));
    return (select respond(200, s.body, null, s.version) from safety_plans_json s where s.participant_id = in_participant_id);
end $$;
