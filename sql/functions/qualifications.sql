-- SPDX-License-Identifier: MIT
-- Clearance and designation.

-- S0.25, S0.23, S0.31: orientation for everybody who leads, facilitator training for professionals as well; every module, on that day.
create or replace function qualification_modules_missing(in_account_id uuid, in_role text, in_on date) returns text[]
language plpgsql stable as $$
begin
    return (
        select coalesce(array_agg(l.code order by l.list desc, l.position), '{}')
        from code_lists l
        where l.list = any (case in_role
                when 'peer_supporter' then array['training_orientation']
                when 'mental_health_professional' then array['training_orientation', 'training_facilitator']
                else '{}' end)
            and (l.list, l.code) not in (
                select 'training_' || t.kind, t.module from trainings t
                where t.account_id = in_account_id and t.completed_on <= in_on and (t.expires_on is null or t.expires_on >= in_on)));
end $$;

create or replace function qualification_is_cleared(in_qualification qualifications, in_on date) returns boolean immutable language sql
return coalesce(
    in_qualification.cleared_on <= in_on
    and (in_qualification.clearance_expires_on is null or in_qualification.clearance_expires_on >= in_on), false);

create or replace view qualifications_json with (security_invoker = true) as
select a.id as account_id, coalesce(q.version, 0) as version, row_to_json(members) as body
from accounts a left join qualifications q on q.account_id = a.id
cross join lateral (select
    a.id as account_id,
    q.designation,
    q.cleared_on,
    q.clearance_expires_on,
    coalesce(q.regions, '{}') as regions,
    qualification_is_cleared(q, office_date()) as is_cleared,
    qualification_modules_missing(a.id, a.role, office_date()) as modules_missing) members
where a.role <> 'peer';

create or replace function qualifications_replace(in_account_id uuid, in_if_match int[], in_body jsonb) returns response
language plpgsql as $$
declare
    account accounts;
    qualification qualifications;
begin
    select * into account from accounts a where a.id = in_account_id and a.role <> 'peer' for no key update;
    if not found then
        perform problem('not-found');
    end if;
    select * into qualification from qualifications q where q.account_id = in_account_id;
    perform require_version(in_if_match, coalesce(qualification.version, 0));
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            ('designation', 'required',
                account.role = 'mental_health_professional' and in_body->>'designation' is null),
            ('designation', 'invalid',
                account.role <> 'mental_health_professional' and in_body->>'designation' is not null),
            ('cleared_on', 'in-the-future', (in_body->>'cleared_on')::date > office_date()),
            ('cleared_on', 'required', in_body->>'cleared_on' is null and in_body->>'clearance_expires_on' is not null)
        ) f (name, code, is_wrong)
        where f.is_wrong));
    insert into qualifications (account_id, designation, cleared_on, clearance_expires_on, regions)
    values (
        in_account_id, in_body->>'designation', (in_body->>'cleared_on')::date, (in_body->>'clearance_expires_on')::date,
        text_array(coalesce(in_body->'regions', '[]')))
    on conflict (account_id) do update set
        designation = excluded.designation, cleared_on = excluded.cleared_on,
        clearance_expires_on = excluded.clearance_expires_on, regions = excluded.regions, version = qualifications.version + 1;
    perform audit('update', 'qualification', in_account_id, in_fields => body_fields(in_body));
    return (select respond(200, q.body, null, q.version) from qualifications_json q where q.account_id = in_account_id);
end $$;

-- What a qualification shows depends on the trainings: with them its version changes.
create or replace function qualification_touch(in_account_id uuid) returns void language plpgsql as $$
begin
    insert into qualifications (account_id) values (in_account_id)
    on conflict (account_id) do update set version = qualifications.version + 1;
end $$;
