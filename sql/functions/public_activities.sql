-- SPDX-License-Identifier: MIT
-- What everybody reads of activities: texts, tracks, dates, and a word for how they stand. Nobody, no link and no number.

-- What everybody may know of a track, in one word.
create or replace function public_activity_word(in_activity activities, in_track cohorts) returns text language plpgsql stable as $$
begin
    return case
        when in_track.state = 'cancelled' then 'cancelled'
        when in_track.state = 'completed' then 'ended'
        when not registration_is_open(in_track) then 'closed'
        when in_activity.state <> 'open' then 'announced'
        when in_track.is_shown_full then 'full'
        else 'open' end;
end $$;

-- S2.17: who leads part of it without an account, as they are announced.
create or replace function public_activity_guests(in_cohort_id uuid) returns json language plpgsql stable as $$
begin
    return (
        select coalesce(json_agg(json_build_object(
            'name', v.name,
            'credentials', case when v.credentials_en is not null then localized(v.credentials_en, v.credentials_fr) end,
            'link', case when v.link_en is not null then localized(v.link_en, v.link_fr) end,
            -- S2.16: whoever follows it leaves.
            'link_notice', case when v.link_en is not null then plain_list('leaving_site')->0 end) order by v.name, v.id), '[]')
        from guests v
        where v.state = 'active' and v.id in (
            select h.guest_id from host_assignments h
            where h.cohort_id = in_cohort_id and h.guest_id is not null and h.released_at is null));
end $$;

-- How it stands at the moment, which changes without the version: the tracks that are no drafts any more, the reader's language first, who
-- speaks what, when, until when one registers; of their words the best, while it is open. Full is what the worker wrote (seat_show_full).
create or replace function public_activity_standing(in_activity_id uuid) returns json language plpgsql stable security definer as $$
begin
    return (
        select json_build_object(
            'registration', case when a.state = 'open' then
                case when bool_or(w.word = 'open') then 'open' when bool_or(w.word = 'full') then 'full' else 'closed' end end,
            'tracks', coalesce(json_agg(json_build_object(
                'group_id', g.id,
                'language', g.language,
                'composition', g.composition,
                'timezone', g.timezone,
                'registration', w.word,
                'register_by', cohort_registers_by(g, d.first),
                'guests', public_activity_guests(g.id),
                'dates', d.dates)
                order by g.language <> case when reads_french() then 'fr' else 'en' end, g.language, (d.first).starts_at, g.id)
                filter (where g.id is not null), '[]'))
        from activities a
        left join cohorts g on g.activity_id = a.id and g.opened_at is not null
        cross join lateral (select case when g.id is not null then public_activity_word(a, g) end as word offset 0) w
        cross join lateral (
            select
                (array_agg(s order by s.starts_at, s.seq) filter (where s.state <> 'cancelled'))[1] as first,
                coalesce(json_agg(json_build_object(
                    'part', s.part,
                    'register_by', place_asked_by(s),
                    -- By the clock: whether it really began is the room's.
                    'state', case when s.state = 'cancelled' then 'cancelled' when app_now() >= session_ends_at(s) then 'completed'
                        else 'scheduled' end,
                    'local_start', wall_text(s.local_start),
                    'timezone', s.timezone,
                    'utc_offset', utc_offset(s.local_start, s.starts_at),
                    'starts_at', utc(s.starts_at),
                    'ends_at', utc(session_ends_at(s))) order by s.starts_at, s.seq), '[]') as dates
            from sessions s where s.cohort_id = g.id) d
        where a.id = in_activity_id and (a.announced_at is not null or actor_role() = 'coordinator')
        group by a.state);
end $$;

create or replace view public_activities_json with (security_invoker = true) as
select a.id, a.state, a.kind, a.created_at, json_join(a.body, public_activity_standing(a.id)) as body
from activities_json a;

-- RFC 5545: the dates of what is announced, for everybody; what was cancelled stays, as such, since calendars drop what is gone without
-- a word. Of the last month and all that is to come.
create or replace function public_activities_calendar(in_language text) returns text language plpgsql stable security definer as $$
declare
    events text;
begin
    select string_agg(
        calendar_event(
            s, calendar_uid('public', s.id), case in_language when 'fr' then a.title_fr else a.title_en end, in_language,
            -- What was to come is cancelled date by date; what took place did.
            false, 'PUBLIC'),
        '' order by s.starts_at, s.id)
    into events
    from activities a
    join cohorts g on g.activity_id = a.id and g.opened_at is not null and g.language = in_language
    join sessions s on s.cohort_id = g.id and s.starts_at > app_now() - interval '30 days'
    where a.announced_at is not null and actor_role() is not null;
    return calendar_document(case in_language when 'fr' then 'Activités' else 'Activities' end, in_language, events);
end $$;
