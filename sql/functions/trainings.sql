-- SPDX-License-Identifier: MIT
-- S0.31: what was completed and until when it counts.

create or replace view trainings_json with (security_invoker = true) as
select t.id, t.account_id, t.completed_on, row_to_json(members) as body
from trainings t join code_lists l on l.list = 'training_' || t.kind and l.code = t.module
cross join lateral (select
    t.id,
    t.account_id,
    t.kind,
    t.module,
    localized(l.label_en, l.label_fr) as label,
    t.completed_on,
    t.expires_on,
    utc(t.created_at) as created_at) members;

-- Writes: trainings, qualifications.
create or replace function trainings_create(in_account_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    perform from accounts a where a.id = in_account_id and a.role <> 'peer';
    if not found then
        perform problem('not-found');
    end if;
    perform require_no_faults((
        select jsonb_agg(jsonb_build_object('pointer', '#/' || f.name, 'code', f.code))
        from (values
            ('module', 'not-allowed', not exists (
                select from code_lists l where l.list = 'training_' || (in_body->>'kind') and l.code = in_body->>'module')),
            ('completed_on', 'in-the-future', (in_body->>'completed_on')::date > office_date())
        ) f (name, code, is_wrong)
        where f.is_wrong));
    insert into trainings (id, account_id, kind, module, completed_on, expires_on, recorded_by, created_at)
    values (
        new_id, in_account_id, in_body->>'kind', in_body->>'module', (in_body->>'completed_on')::date,
        (in_body->>'expires_on')::date, actor_account_id(), app_now());
    perform qualification_touch(in_account_id);
    perform audit('create', 'training', new_id, in_fields => body_fields(in_body));
    return (select respond(201, t.body, '/v1/trainings/' || t.id, 1) from trainings_json t where t.id = new_id);
end $$;

-- Writes: trainings, qualifications.
create or replace function trainings_delete(in_id uuid) returns response language plpgsql as $$
declare
    account uuid;
begin
    delete from trainings t where t.id = in_id returning t.account_id into account;
    if not found then
        perform problem('not-found');
    end if;
    perform qualification_touch(account);
    perform audit('delete', 'training', in_id);
    return respond(204, null);
end $$;
