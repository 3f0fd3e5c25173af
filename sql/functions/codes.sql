-- SPDX-License-Identifier: MIT
-- Codes of the lists that an administrator may extend: what is taught (S0.26), and how (S0.28); what is offered (S2.8), and what those
-- know who lead it (S2.12).

create or replace function code_list_is_open(in_list text) returns boolean immutable language sql
return in_list = any (array[
    'training_orientation', 'training_facilitator', 'training_continuing', 'training_method', 'activity_kind', 'expertise']);

create or replace view codes_json with (security_invoker = true) as
select c.id, c.version, c.list, c.position, row_to_json(members) as body
from code_lists c
cross join lateral (select
    c.id,
    c.list,
    c.code,
    localized(c.label_en, c.label_fr) as label,
    c.position,
    c.is_retired) members
where code_list_is_open(c.list);

create or replace function code_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, c.body, case when in_status = 201 then '/v1/codes/' || c.id end, c.version)
        from codes_json c where c.id = in_id);
end $$;

create or replace function codes_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    if not code_list_is_open(in_body->>'list') then
        perform problem_field('list', 'not-allowed');
    end if;
    insert into code_lists (id, list, code, position, label_en, label_fr)
    select
        new_id, in_body->>'list', in_body->>'code', coalesce((in_body->>'position')::int, max(c.position) + 1, 1),
        in_body#>>'{label,en}', in_body#>>'{label,fr}'
    from code_lists c where c.list = in_body->>'list';
    perform audit('create', 'code', new_id, in_fields => body_fields(in_body));
    return code_respond(201, new_id);
end $$;

-- I5: who has nothing to learn would be trained. Two who retire the last two wait for each other.
create or replace function code_require_module_left(in_code code_lists) returns void language plpgsql as $$
begin
    if exists (select from host_slots w where in_code.list in (select 'training_' || kind from unnest(w.training_kinds) kind))
        and not exists (select from code_lists c where c.list = in_code.list and c.id <> in_code.id and not c.is_retired)
    then
        perform conflict('last-module');
    end if;
end $$;

-- Locks: the codes of the list.
create or replace function codes_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    code code_lists;
begin
    perform from code_lists c
    where c.list = (select o.list from code_lists o where o.id = in_id and code_list_is_open(o.list)) order by c.id for no key update;
    select * into code from code_lists c where c.id = in_id and code_list_is_open(c.list);
    perform require_version(in_if_match, code.version);
    if (in_body->>'is_retired')::boolean and not code.is_retired then
        perform code_require_module_left(code);
    end if;
    update code_lists c set
        label_en = coalesce(in_body#>>'{label,en}', c.label_en),
        label_fr = coalesce(in_body#>>'{label,fr}', c.label_fr),
        position = coalesce((in_body->>'position')::int, c.position),
        is_retired = coalesce((in_body->>'is_retired')::boolean, c.is_retired),
        version = c.version + 1
    where c.id = in_id;
    perform audit('update', 'code', in_id, in_fields => body_fields(in_body));
    return code_respond(200, in_id);
end $$;
