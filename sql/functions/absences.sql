-- SPDX-License-Identifier: MIT
-- When coordinators are away (decision 22).

create or replace view absences_json with (security_invoker = true) as
select b.id, b.account_id, b.starts_on, row_to_json(members) as body
from absences b
cross join lateral (select
    b.id,
    b.account_id,
    b.starts_on,
    b.ends_on,
    b.timezone,
    b.stand_in_account_id,
    utc(b.created_at) as created_at) members;

create or replace function absences_create(in_account_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    zone text := coalesce(in_body->>'timezone', office_zone());
    stand_in uuid := in_body->>'stand_in_account_id';
begin
    perform account_require_arranged(in_account_id);
    perform require_timezone('timezone', zone);
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            ('ends_on', 'invalid', (in_body->>'ends_on')::date < (in_body->>'starts_on')::date),
            ('ends_on', 'in-the-past', (in_body->>'ends_on')::date < (app_now() at time zone zone)::date),
            ('ends_on', 'too-large', (in_body->>'ends_on')::date > (in_body->>'starts_on')::date + 1826),
            ('stand_in_account_id', 'does-not-exist',
                stand_in is not null and (stand_in = in_account_id or not account_may_coordinate(stand_in)))
        ) f (name, code, is_wrong)
        where f.is_wrong));
    insert into absences (id, account_id, starts_on, ends_on, timezone, stand_in_account_id, recorded_by, created_at)
    values (
        new_id, in_account_id, (in_body->>'starts_on')::date, (in_body->>'ends_on')::date, zone, stand_in, actor_account_id(),
        app_now());
    perform notice_tell(array[in_account_id, coordinator_stand_in(in_account_id, app_now())], 'absence_recorded', new_id);
    perform audit('create', 'absence', new_id, in_fields => body_fields(in_body));
    return (select respond(201, b.body, '/v1/absences/' || b.id, 1) from absences_json b where b.id = new_id);
end $$;

create or replace function absences_delete(in_id uuid) returns response language plpgsql as $$
declare
    absence absences;
begin
    select * into absence from absences b where b.id = in_id;
    if not found then
        perform problem('not-found');
    end if;
    perform account_require_arranged(absence.account_id);
    delete from absences b where b.id = in_id;
    perform audit('delete', 'absence', in_id);
    return respond(204, null);
end $$;
