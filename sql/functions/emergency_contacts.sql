-- SPDX-License-Identifier: MIT
-- Whom to call in an emergency.

create or replace view emergency_contacts_json with (security_invoker = true) as
select e.participant_id, e.version, row_to_json(members) as body
from emergency_contacts e
cross join lateral (select
    e.participant_id,
    sealed_mark('emergency_contact.name', e.name, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(e.name)))) as name,
    sealed_mark('emergency_contact.phone', e.phone, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(e.phone)))) as phone,
    sealed_mark('emergency_contact.relation', e.relation, (
        select k.wrapped from sealed_keys k where k.id = (select sealed_key_id(e.relation)))) as relation,
    e.may_know_program,
    e.declined,
    utc(e.confirmed_at) as confirmed_at,
    needs_confirmation(e.participant_id, e.confirmed_at) as needs_confirmation) members;

create or replace function emergency_contacts_replace(in_participant_id uuid, in_if_match int[], in_body jsonb, in_key jsonb)
returns response language plpgsql as $$
declare
    emergency_contact emergency_contacts;
    declines boolean := coalesce((in_body->>'declined')::boolean, false);
begin
    perform participant_require_seen(in_participant_id);
    select * into emergency_contact from emergency_contacts e where e.participant_id = in_participant_id for no key update;
    perform require_version(in_if_match, emergency_contact.version);
    -- All or nothing: a declined contact has no name, one that is given has a name and a number.
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || name, 'code', case when declines then 'invalid' else 'required' end))
        from unnest(array['name', 'phone', 'relation']) name
        where case when declines then in_body->>name is not null else in_body->>name is null and name <> 'relation' end));
    update emergency_contacts e set
        name = in_body->>'name',
        phone = in_body->>'phone',
        relation = in_body->>'relation',
        may_know_program = coalesce((in_body->>'may_know_program')::boolean, false),
        declined = declines,
        confirmed_at = app_now(),
        version = e.version + 1
    where e.participant_id = in_participant_id;
    perform participant_keep_key(in_key, in_participant_id);
    perform audit('update', 'emergency_contact', in_participant_id, array[in_participant_id], body_fields(in_body));
    return (
        select respond(200, e.body, null, e.version) from emergency_contacts_json e where e.participant_id = in_participant_id);
end $$;
