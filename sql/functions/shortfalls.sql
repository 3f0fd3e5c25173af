-- SPDX-License-Identifier: MIT
-- Sessions that lack a host, days ahead, with who could cover.

-- I5: the slots that nobody fit fills on the day of the session, one entry for each; empty = complete. A professional on call who is
-- missing is told, and stops nothing (decision 4). To those who have nothing to do with the group everything is missing.
create or replace function shortfall_missing(in_session_id uuid) returns text[] language plpgsql stable security definer as $$
declare
    session sessions;
    cohort cohorts;
begin
    select * into session from sessions s where s.id = in_session_id;
    select * into cohort from cohorts g where g.id = session.cohort_id;
    if cohort.id is null or not actor_serves_cohort(cohort.id) then
        return array(select w.slot from host_slots w order by w.place);
    end if;
    return (
        select coalesce(array_agg(wanted.slot order by wanted.place), '{}')
        from host_slots wanted
        left join (
            select l.slot, count(*) as fit from session_leads l
            where l.session_id = in_session_id and host_missing(l.host_id, l.slot, cohort.language, session.local_start::date) = '{}'
            group by l.slot) filled on filled.slot = wanted.slot
        cross join generate_series(coalesce(filled.fit, 0) + 1, host_count(session.hosts, wanted.slot)));
end $$;

-- S2.12: what an activity asks its hosts to have experience of, and nobody has who leads this session. It stops nothing.
create or replace function shortfall_expertise_missing(in_session_id uuid) returns text[] language plpgsql stable security definer as $$
begin
    return (
        select coalesce(array_agg(wanted.code order by wanted.code), '{}')
        from sessions s
        join cohorts g on g.id = s.cohort_id
        join activities a on a.id = g.activity_id
        cross join unnest(a.expertise) wanted (code)
        where s.id = in_session_id and actor_serves_cohort(g.id) and not exists (
            select from session_leads l join qualifications q on q.account_id = l.account_id
            where l.session_id = s.id and wanted.code = any (q.expertise)));
end $$;

-- Who could fill a slot of a session: fit on that day, free at that hour, nobody in the group they must not meet. Twenty at most.
create or replace function shortfall_candidates(in_session_id uuid, in_slot text) returns table (
    account_id uuid, alias text, expertise text[])
language plpgsql stable security definer as $$
declare
    session sessions;
    cohort cohorts;
    wanted_slot host_slots;
    wanted_expertise text[];
begin
    select * into session from sessions s where s.id = in_session_id;
    select * into cohort from cohorts g where g.id = session.cohort_id;
    select a.expertise into wanted_expertise from activities a where a.id = cohort.activity_id;
    select * into wanted_slot from host_slots w where w.slot = in_slot;
    if actor_role() <> 'coordinator' or not actor_serves_cohort(cohort.id) then
        return;
    end if;
    return query
    select c.id, c.alias, array(select unnest(c.expertise) intersect select unnest(wanted_expertise) order by 1)
    from (
        -- The fence: in order of names, so that the costly questions end with the twentieth answer.
        select a.id, s.alias, q.expertise
        from accounts a
        join staff s on s.id = a.id
        join qualifications q on q.account_id = a.id
        where a.role = wanted_slot.role and a.is_active and cohort.language = any (s.languages)
            and qualification_has(q, wanted_slot.credential, session.local_start::date)
            and qualification_is_cleared(q, session.local_start::date)
        order by case when reads_french() then s.alias else '' end collate "fr-CA-x-icu", s.alias collate "en-x-icu", a.id
        offset 0) c
    where qualification_modules_missing(c.id, wanted_slot.training_kinds, session.local_start::date) = '{}'
        and not exists (
            select from host_assignments h join sessions o on o.cohort_id = h.cohort_id
            where h.account_id = c.id and h.released_at is null and o.state in ('scheduled', 'in_progress')
                and o.starts_at < session_ends_at(session) and session_ends_at(o) > session.starts_at
                and exists (select from session_leads l where l.assignment_id = h.id and l.session_id = o.id))
        and not conflict_blocks_host(c.id, cohort.id)
    order by case when reads_french() then c.alias else '' end collate "fr-CA-x-icu", c.alias collate "en-x-icu", c.id
    limit 20;
end $$;

-- Hosts of a session who do not count on its day, and why: a shortfall is often an expiry.
create or replace function shortfall_unfit(in_session_id uuid) returns table (
    account_id uuid, guest_id uuid, alias text, slot text, missing text[])
language plpgsql stable security definer as $$
begin
    return query
    select l.account_id, l.guest_id, coalesce(s.alias, v.name), l.slot, m.missing
    from session_leads l
    join cohorts g on g.id = l.cohort_id
    join sessions n on n.id = l.session_id
    left join staff s on s.id = l.account_id
    left join guests v on v.id = l.guest_id
    cross join lateral (select host_missing(l.host_id, l.slot, g.language, n.local_start::date) as missing) m
    where l.session_id = in_session_id and actor_role() = 'coordinator' and actor_serves_cohort(g.id) and m.missing <> '{}'
    order by case when reads_french() then coalesce(s.alias, v.name) else '' end collate "fr-CA-x-icu",
        coalesce(s.alias, v.name) collate "en-x-icu", l.host_id;
end $$;

create or replace view shortfalls_json with (security_invoker = true) as
select s.id, s.starts_at, row_to_json(members) as body
from sessions s
join cohorts g on g.id = s.cohort_id
cross join lateral (select shortfall_missing(s.id) as missing) short
cross join lateral (select
    s.id as session_id,
    s.cohort_id as group_id,
    s.seq,
    g.language,
    wall_text(s.local_start) as local_start,
    s.timezone,
    utc_offset(s.local_start, s.starts_at) as utc_offset,
    utc(s.starts_at) as starts_at,
    s.duration_minutes,
    short.missing,
    exists (select from unnest(short.missing) m (slot) where host_count_needed(s.hosts, m.slot) > 0) as stops_session,
    shortfall_expertise_missing(s.id) as expertise_missing,
    (
        select coalesce(json_agg(json_build_object(
            'account_id', u.account_id, 'guest_id', u.guest_id, 'alias', u.alias, 'slot', u.slot, 'missing', u.missing)
            order by case when reads_french() then u.alias else '' end collate "fr-CA-x-icu",
                u.alias collate "en-x-icu", u.account_id, u.guest_id), '[]')
        from shortfall_unfit(s.id) u) as unfit,
    (
        select coalesce(json_agg(json_build_object(
            'slot', w.slot, 'account_id', c.account_id, 'alias', c.alias, 'expertise', c.expertise)
            order by w.slot, case when reads_french() then c.alias else '' end collate "fr-CA-x-icu",
                c.alias collate "en-x-icu", c.account_id), '[]')
        from (select distinct unnest(short.missing) as slot) w
        cross join lateral shortfall_candidates(s.id, w.slot) c) as could_cover) members;
