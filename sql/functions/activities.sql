-- SPDX-License-Identifier: MIT
-- What is offered besides groups: planned, announced, opened, ended. Its language tracks are cohorts (DESIGN 12).

create or replace function activity_links_json(in_links jsonb) returns json language plpgsql stable as $$
begin
    return (
        select coalesce(json_agg(json_build_object(
            'url', l.value->'url', 'label', localized(l.value#>>'{label,en}', l.value#>>'{label,fr}')) order by l.place), '[]')
        from jsonb_array_elements(in_links) with ordinality l (value, place));
end $$;

create or replace view activities_json with (security_invoker = true) as
select a.id, a.version, a.state, a.kind, a.created_at, row_to_json(members) as body
from activities a
cross join lateral (select
    a.id,
    a.service_id,
    a.kind,
    a.state,
    localized(a.title_en, a.title_fr) as title,
    localized(a.description_en, a.description_fr) as description,
    case when a.bring_en is not null then localized(a.bring_en, a.bring_fr) end as bring,
    case when a.credit_en is not null then localized(a.credit_en, a.credit_fr) end as credit,
    activity_links_json(a.links) as links,
    -- S2.16: whoever follows one leaves.
    case when a.links <> '[]' then plain_list('leaving_site')->0 end as links_notice,
    case when a.meant_for_en is not null then localized(a.meant_for_en, a.meant_for_fr) end as meant_for,
    case when a.season_en is not null then localized(a.season_en, a.season_fr) end as season,
    a.planned_on,
    case when a.answers_to_en is not null then localized(a.answers_to_en, a.answers_to_fr) end as answers_to,
    a.expertise,
    utc(a.announced_at) as announced_at) members;

create or replace function activity_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, a.body, case when in_status = 201 then '/v1/activities/' || a.id end, a.version)
        from activities_json a where a.id = in_id);
end $$;

create or replace function activity_require_fitting(in_body jsonb, in_present text[] default '{}') returns void language plpgsql as $$
begin
    perform require_no_faults((
        select nullif(jsonb_agg(f.value), '[]')
        from (
            select jsonb_array_elements(code_faults('expertise', text_array(in_body->'expertise'), 'expertise', in_present)) as value
            where in_body ? 'expertise'
            union all
            select jsonb_build_object('pointer', '#/kind', 'code', 'not-allowed')
            where in_body ? 'kind' and not exists (
                select from code_lists c where c.list = 'activity_kind' and c.code = in_body->>'kind' and not c.is_retired)) f));
end $$;

create or replace function activities_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    if not exists (select from services s where s.id = (in_body->>'service_id')::uuid and s.state <> 'ended') then
        perform problem_field('service_id', 'does-not-exist');
    end if;
    perform activity_require_fitting(in_body);
    insert into activities (
        id, service_id, kind, title_en, title_fr, description_en, description_fr, bring_en, bring_fr, credit_en, credit_fr, links,
        meant_for_en, meant_for_fr, season_en, season_fr, planned_on, answers_to_en, answers_to_fr, expertise, created_at)
    values (
        new_id, (in_body->>'service_id')::uuid, in_body->>'kind', in_body#>>'{title,en}', in_body#>>'{title,fr}',
        in_body#>>'{description,en}', in_body#>>'{description,fr}', in_body#>>'{bring,en}', in_body#>>'{bring,fr}',
        in_body#>>'{credit,en}', in_body#>>'{credit,fr}', coalesce(in_body->'links', '[]'), in_body#>>'{meant_for,en}',
        in_body#>>'{meant_for,fr}', in_body#>>'{season,en}', in_body#>>'{season,fr}', (in_body->>'planned_on')::date,
        in_body#>>'{answers_to,en}', in_body#>>'{answers_to,fr}', text_array(coalesce(in_body->'expertise', '[]')), app_now());
    perform audit('create', 'activity', new_id, in_fields => body_fields(in_body));
    return activity_respond(201, new_id);
end $$;

create or replace function activity_lock(in_id uuid, in_if_match int[]) returns activities language plpgsql as $$
declare
    activity activities;
begin
    select * into activity from activities a where a.id = in_id for no key update;
    perform require_version(in_if_match, activity.version);
    return activity;
end $$;

-- A text changes language by language; null takes an optional one away.
create or replace function activity_text(in_body jsonb, in_member text, in_language text, in_present text) returns text
immutable language sql
return case when jsonb_typeof(in_body->in_member) = 'null' then null
    else coalesce(in_body#>>array[in_member, in_language], in_present) end;

create or replace function activities_update(in_id uuid, in_if_match int[], in_body jsonb) returns response language plpgsql as $$
declare
    activity activities := activity_lock(in_id, in_if_match);
begin
    if activity.state in ('ended', 'cancelled') then
        perform problem_state(activity.state);
    end if;
    perform activity_require_fitting(in_body, activity.expertise);
    update activities a set
        kind = coalesce(in_body->>'kind', a.kind),
        title_en = activity_text(in_body, 'title', 'en', a.title_en),
        title_fr = activity_text(in_body, 'title', 'fr', a.title_fr),
        description_en = activity_text(in_body, 'description', 'en', a.description_en),
        description_fr = activity_text(in_body, 'description', 'fr', a.description_fr),
        bring_en = activity_text(in_body, 'bring', 'en', a.bring_en),
        bring_fr = activity_text(in_body, 'bring', 'fr', a.bring_fr),
        credit_en = activity_text(in_body, 'credit', 'en', a.credit_en),
        credit_fr = activity_text(in_body, 'credit', 'fr', a.credit_fr),
        links = coalesce(in_body->'links', a.links),
        meant_for_en = activity_text(in_body, 'meant_for', 'en', a.meant_for_en),
        meant_for_fr = activity_text(in_body, 'meant_for', 'fr', a.meant_for_fr),
        season_en = activity_text(in_body, 'season', 'en', a.season_en),
        season_fr = activity_text(in_body, 'season', 'fr', a.season_fr),
        planned_on = case when in_body ? 'planned_on' then (in_body->>'planned_on')::date else a.planned_on end,
        answers_to_en = activity_text(in_body, 'answers_to', 'en', a.answers_to_en),
        answers_to_fr = activity_text(in_body, 'answers_to', 'fr', a.answers_to_fr),
        expertise = case when in_body ? 'expertise' then text_array(in_body->'expertise') else a.expertise end,
        version = a.version + 1
    where a.id = in_id;
    perform audit('update', 'activity', in_id, in_fields => body_fields(in_body));
    return activity_respond(200, in_id);
end $$;

-- One step of its life, or 409 naming where it stands.
create or replace function activity_step(in_id uuid, in_if_match int[], in_from text[], in_to text, in_action text) returns response
language plpgsql as $$
declare
    activity activities := activity_lock(in_id, in_if_match);
begin
    if activity.state <> all (in_from) then
        perform problem_state(activity.state);
    end if;
    update activities a set
        state = in_to,
        announced_at = case when in_to in ('announced', 'open') then coalesce(a.announced_at, app_now()) else a.announced_at end,
        version = a.version + 1
    where a.id = in_id;
    perform audit(in_action, 'activity', in_id);
    return activity_respond(200, in_id);
end $$;

-- What it leaves has ended, track by track: whoever has a seat there is told by what ends it. It looks past row level security: of one in
-- which the coordinator is a peer (I13) they learn no more than that it is left.
create or replace function activity_require_no_tracks(in_id uuid) returns void language plpgsql stable security definer as $$
declare
    live jsonb;
begin
    perform require_role('coordinator');
    select jsonb_agg(g.id order by g.created_at, g.id) into live
    from cohorts g where g.activity_id = in_id and g.state not in ('completed', 'cancelled');
    if live is not null then
        perform conflict('tracks-left', jsonb_build_object('group_ids', live));
    end if;
end $$;

-- Everybody reads it from here on.
create or replace function activities_announce(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    return activity_step(in_id, in_if_match, '{planned}', 'announced', 'announce');
end $$;

-- People may register from now on.
create or replace function activities_open(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
declare
    answer response;
begin
    answer := activity_step(in_id, in_if_match, '{planned,announced}', 'open', 'open');
    perform interest_tell(in_id);
    return answer;
end $$;

-- Its last step, once its tracks are over.
create or replace function activity_close(in_id uuid, in_if_match int[], in_from text[], in_to text, in_action text) returns response
language plpgsql as $$
declare
    answer response := activity_step(in_id, in_if_match, in_from, in_to, in_action);
begin
    perform activity_require_no_tracks(in_id);
    perform interest_end(in_id);
    return answer;
end $$;

create or replace function activities_end(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    return activity_close(in_id, in_if_match, '{open}', 'ended', 'end');
end $$;

create or replace function activities_cancel(in_id uuid, in_if_match int[]) returns response language plpgsql as $$
begin
    return activity_close(in_id, in_if_match, '{planned,announced,open}', 'cancelled', 'cancel');
end $$;
