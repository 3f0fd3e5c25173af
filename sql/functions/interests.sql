-- SPDX-License-Identifier: MIT
-- Interests: to be told when an activity is offered. Who was told has no interest left.

create or replace view interests_json with (security_invoker = true) as
select i.participant_id, i.activity_id, i.created_at, row_to_json(members) as body
from interests i
cross join lateral (select
    i.activity_id,
    i.languages,
    utc(i.created_at) as created_at) members;

-- In which languages an activity is offered: it is open, and a track of it can be asked for.
create or replace function interest_languages(in_activity_id uuid) returns text[] language plpgsql stable security definer as $$
begin
    perform require_role('peer', 'coordinator');
    return array(
        select distinct g.language from activities a join cohorts g on g.activity_id = a.id
        where a.id = in_activity_id and a.state = 'open' and registration_is_open(g));
end $$;

create or replace function interest_key(in_activity_id uuid) returns bigint immutable language sql
return hashtextextended('interests ' || in_activity_id, 0);

-- There is nothing to wait for where it is offered in all these languages, and nothing to hope for where it is over.
-- Writes: interests.
create or replace function interests_replace(in_activity_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    wanted text[] := array(select distinct l from jsonb_array_elements_text(in_body->'languages') l order by l);
    activity_state text;
begin
    -- What begins to take people meanwhile waits for this one, so that it is told as well.
    perform pg_advisory_xact_lock_shared(interest_key(in_activity_id));
    activity_state := (select a.state from activities a where a.id = in_activity_id);
    if activity_state is null or activity_state = 'planned' then
        perform problem('not-found');
    elsif activity_state not in ('announced', 'open') then
        perform problem_state(activity_state);
    elsif wanted <@ interest_languages(in_activity_id) then
        perform conflict('ask-now');
    end if;
    insert into interests (participant_id, activity_id, languages, created_at)
    values (actor_participant_id(), in_activity_id, wanted, app_now())
    on conflict (participant_id, activity_id) do update set languages = excluded.languages;
    perform audit('update', 'interest', in_activity_id, array[actor_participant_id()], body_fields(in_body));
    return (
        select respond(200, i.body) from interests_json i
        where i.activity_id = in_activity_id and i.participant_id = actor_participant_id());
end $$;

-- At any time and again; nothing is left that counts.
create or replace function interests_delete(in_activity_id uuid) returns response language plpgsql as $$
begin
    delete from interests i where i.activity_id = in_activity_id and i.participant_id = actor_participant_id();
    if found then
        perform audit('delete', 'interest', in_activity_id, array[actor_participant_id()]);
    elsif not exists (select from activities a where a.id = in_activity_id and a.state <> 'planned') then
        perform problem('not-found');
    end if;
    return respond(204, null);
end $$;

-- R21: from how many on a number is said, and in which steps, so that nobody is watched as they come or go.
create or replace function interest_least() returns int immutable language sql return 10;
create or replace function interest_step(in_people bigint) returns bigint immutable language sql
return case when in_people >= interest_least() then in_people - in_people % 5 end;

-- For planning, newest activity first: how many wish it in each language, in words where they are few, none among them. No total, from
-- which the one could be taken.
create or replace function interests_counted() returns table (at timestamptz, id uuid, body json)
language plpgsql stable security definer as $$
begin
    perform require_role('coordinator');
    return query
    select a.created_at, a.id, json_build_object(
        'activity_id', a.id,
        'title', localized(a.title_en, a.title_fr),
        'wishes', (
            select json_agg(json_build_object(
                'language', w.language,
                'people', w.people,
                'text', case when w.people is not null then localized('At least ' || w.people, 'Au moins ' || w.people)
                    else localized('Fewer than ' || interest_least(), 'Moins de ' || interest_least()) end) order by w.language)
            from (
                select l.language, interest_step(count(i.participant_id)) as people
                from unnest(array['en', 'fr']) l (language)
                left join interests i on i.activity_id = a.id and l.language = any (i.languages)
                group by l.language) w))
    from activities a
    where a.state in ('announced', 'open');
end $$;

-- Called when an activity, or a track of one that is open, begins to take people: whoever waited for one of its languages is written to,
-- once, and waits no longer.
-- Writes: outbox, interests.
create or replace function interest_tell(in_activity_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    perform pg_advisory_xact_lock(interest_key(in_activity_id));
    with told as (
        delete from interests i where i.activity_id = in_activity_id and i.languages && interest_languages(in_activity_id)
        returning i.participant_id)
    insert into outbox (kind, participant_id, data, due_at, created_at, changed_at)
    select 'activity_opened', t.participant_id, jsonb_build_object('activity_id', in_activity_id), app_now(), app_now(), app_now()
    from told t;
    perform pg_notify('outbox', '');
end $$;

-- Called when an activity is over: nothing of it is to come.
-- Writes: interests.
create or replace function interest_end(in_activity_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    delete from interests i where i.activity_id = in_activity_id;
end $$;

-- R17, called when an intake ends: of whom nothing is under way or serves any more, no wish is left that mail could follow.
-- Writes: interests.
create or replace function interest_end_idle(in_participant_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('peer', 'coordinator');
    delete from interests i where i.participant_id = in_participant_id
        and actor_serves(in_participant_id)
        and not participant_has_intake(in_participant_id);
end $$;
