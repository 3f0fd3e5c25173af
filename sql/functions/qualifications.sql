-- SPDX-License-Identifier: MIT
-- Clearance, designation and education.

-- S0.31: of these kinds of training, the modules that do not count on that day.
create or replace function qualification_modules_missing(in_account_id uuid, in_kinds text[], in_on date) returns text[]
language plpgsql stable as $$
begin
    return (
        select coalesce(array_agg(l.code order by l.list desc, l.position), '{}')
        from code_lists l
        where l.list in (select 'training_' || kind from unnest(in_kinds) kind) and not l.is_retired
            and (l.list, l.code) not in (
                select 'training_' || t.kind, m.code from trainings t cross join unnest(coalesce(t.modules, array[t.module])) m (code)
                where t.account_id = in_account_id and t.completed_on <= in_on and (t.expires_on is null or t.expires_on >= in_on)));
end $$;

-- S0.21, S0.23, S0.24: whether what a slot asks for is there on that day.
create or replace function qualification_has(in_qualification qualifications, in_credential text, in_on date) returns boolean
immutable language sql return case in_credential
    when 'designation' then in_qualification.designation is not null
        and coalesce(in_qualification.designated_on <= in_on, true)
        and coalesce(in_qualification.designation_expires_on >= in_on, true)
    when 'education' then in_qualification.education is not null
    else true end;

create or replace function qualification_is_cleared(in_qualification qualifications, in_on date) returns boolean immutable language sql
return coalesce(
    in_qualification.cleared_on <= in_on
    and (in_qualification.clearance_expires_on is null or in_qualification.clearance_expires_on >= in_on), false);

-- What the role needs to lead, as any host of that role.
create or replace function qualification_role_kinds(in_role text) returns text[] language plpgsql stable as $$
begin
    return (select coalesce(max(w.training_kinds), '{}') from host_slots w where w.role = in_role);
end $$;

create or replace view qualifications_json with (security_invoker = true) as
select a.id as account_id, coalesce(q.version, 0) as version, row_to_json(members) as body
from accounts a left join qualifications q on q.account_id = a.id
cross join lateral (select
    a.id as account_id,
    q.designation,
    q.designated_on,
    q.designation_expires_on,
    q.education,
    q.educated_on,
    q.cleared_on,
    q.clearance_expires_on,
    coalesce(q.regions, '{}') as regions,
    coalesce(q.expertise, '{}') as expertise,
    qualification_is_cleared(q, office_date()) as is_cleared,
    qualification_modules_missing(a.id, qualification_role_kinds(a.role), office_date()) as modules_missing) members
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
            ('designated_on', 'in-the-future', (in_body->>'designated_on')::date > office_date()),
            ('designated_on', 'invalid', in_body->>'designation' is null and in_body->>'designated_on' is not null),
            ('designation_expires_on', 'invalid', in_body->>'designation' is null and in_body->>'designation_expires_on' is not null),
            ('education', 'invalid', account.role <> 'coordinator' and in_body->>'education' is not null),
            ('educated_on', 'in-the-future', (in_body->>'educated_on')::date > office_date()),
            ('educated_on', 'invalid', in_body->>'education' is null and in_body->>'educated_on' is not null),
            ('cleared_on', 'in-the-future', (in_body->>'cleared_on')::date > office_date()),
            ('cleared_on', 'required', in_body->>'cleared_on' is null and in_body->>'clearance_expires_on' is not null)
        ) f (name, code, is_wrong)
        where f.is_wrong));
    perform require_no_faults(code_faults(
        'expertise', text_array(coalesce(in_body->'expertise', '[]')), 'expertise', coalesce(qualification.expertise, '{}')));
    insert into qualifications (
        account_id, designation, designated_on, designation_expires_on, education, educated_on, cleared_on, clearance_expires_on, regions,
        expertise)
    values (
        in_account_id, in_body->>'designation', (in_body->>'designated_on')::date, (in_body->>'designation_expires_on')::date,
        in_body->>'education', (in_body->>'educated_on')::date, (in_body->>'cleared_on')::date,
        (in_body->>'clearance_expires_on')::date, text_array(coalesce(in_body->'regions', '[]')),
        text_array(coalesce(in_body->'expertise', '[]')))
    on conflict (account_id) do update set
        designation = excluded.designation, designated_on = excluded.designated_on,
        designation_expires_on = excluded.designation_expires_on, education = excluded.education, educated_on = excluded.educated_on,
        cleared_on = excluded.cleared_on, clearance_expires_on = excluded.clearance_expires_on, regions = excluded.regions,
        expertise = excluded.expertise, version = qualifications.version + 1;
    perform audit('update', 'qualification', in_account_id, in_fields => body_fields(in_body));
    return (select respond(200, q.body, null, q.version) from qualifications_json q where q.account_id = in_account_id);
end $$;

-- What a qualification shows depends on the trainings: with them its version changes.
create or replace function qualification_touch(in_account_id uuid) returns void language plpgsql as $$
begin
    insert into qualifications (account_id) values (in_account_id)
    on conflict (account_id) do update set version = qualifications.version + 1;
end $$;
