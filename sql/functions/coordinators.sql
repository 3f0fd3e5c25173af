-- SPDX-License-Identifier: MIT
-- Who is there for a coordinator's people (decision 22). Whatever was named, and whoever is away or gone: there is always somebody.

-- The next best for somebody's work, but for some: a coordinator of their regions, another one, the lead; at last the lead, away or not.
create or replace function coordinator_next(in_account_id uuid, in_at timestamptz, in_but uuid[]) returns uuid
language plpgsql stable as $$
begin
    return (
        select a.id
        from accounts a cross join (select o.regions from accounts o where o.id = in_account_id) work
        where a.is_active and a.role in ('coordinator', 'administrator') and a.id <> all (in_but)
            and (a.role = 'administrator' or not account_is_away(a.id, in_at))
        order by
            a.role = 'administrator', account_is_away(a.id, in_at),
            not (a.regions = '{}' or work.regions <> '{}' and a.regions @> work.regions), a.created_at, a.id
        limit 1);
end $$;

-- R6: whether somebody is there who may work for a person, were these not to see them.
create or replace function coordinator_is_left(in_participant_id uuid, in_but uuid[]) returns boolean
language plpgsql stable security definer as $$
begin
    return actor_role() in ('administrator', 'coordinator', 'worker') and exists (
        select from participants p join accounts a on a.role = 'coordinator' and a.is_active
        where p.id = in_participant_id and a.id <> all (in_but)
            and actor_covers(p.region_key, p.id, account_region_keys(a.id), account_hidden_ids(a.id)));
end $$;

-- Whom a coordinator has as a back-up: who is named while they may coordinate, or else whoever would stand in.
create or replace function coordinator_back_up(in_account_id uuid) returns uuid language plpgsql stable security definer as $$
begin
    perform require_role('coordinator', 'administrator');
    return coalesce(
        (select b.back_up_account_id from back_ups b where b.account_id = in_account_id and account_may_coordinate(b.back_up_account_id)),
        coordinator_next(in_account_id, app_now(), array[in_account_id]));
end $$;

-- Who acts for a coordinator at a moment: they themselves while they are there; then who was named for the absence, or the back-up, and so
-- on from them; whom nobody was named for, or who was met before, the next best.
create or replace function coordinator_stand_in(in_account_id uuid, in_at timestamptz) returns uuid
language plpgsql stable security definer as $$
declare
    met uuid[] := '{}';
    next_id uuid := in_account_id;
begin
    if actor_role() in ('public', 'line', 'nobody') then
        return null;
    end if;
    while next_id <> all (met) loop
        if account_may_coordinate(next_id) and not account_is_away(next_id, in_at) then
            return next_id;
        end if;
        met := met || next_id;
        next_id := coalesce(
            (
                select b.stand_in_account_id from absences b
                where b.account_id = next_id and (in_at at time zone b.timezone)::date between b.starts_on and b.ends_on
                order by b.created_at desc, b.id limit 1),
            (select b.back_up_account_id from back_ups b where b.account_id = next_id));
    end loop;
    return coordinator_next(in_account_id, in_at, met);
end $$;

-- What a person may know of whoever is there for them (decision 22): the name that one uses with peers, and who stands in while they are
-- away, unless the person does not exist for them (I13, R14) or lives elsewhere.
create or replace function coordinator_shown(in_account_id uuid, in_participant_id uuid) returns json
language plpgsql stable security definer as $$
declare
    alias text;
    is_there boolean;
    stand_in uuid;
begin
    if not actor_serves(in_participant_id) then
        return null;
    end if;
    -- Almost always they are: one look, where coordinator_stand_in() takes several.
    select
        s.alias,
        a.is_active and a.role = 'coordinator' and not exists (
            select from absences b
            where b.account_id = a.id and (app_now() at time zone b.timezone)::date between b.starts_on and b.ends_on)
    into alias, is_there
    from accounts a left join staff s on s.id = a.id where a.id = in_account_id;
    if not is_there then
        stand_in := nullif(coordinator_stand_in(in_account_id, app_now()), in_account_id);
    end if;
    return json_build_object('alias', alias, 'stand_in_alias', case
        when stand_in is not null and exists (
            select from participants p
            where p.id = in_participant_id
                and actor_covers(p.region_key, p.id, account_region_keys(stand_in), account_hidden_ids(stand_in)))
        then (select s.alias from staff s where s.id = stand_in) end);
end $$;
