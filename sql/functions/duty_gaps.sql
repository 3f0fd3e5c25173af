-- SPDX-License-Identifier: MIT
-- When nobody is on call, days ahead: then the next step is called at once, and in the end the lead.
create or replace function duty_gaps_find(in_query jsonb) returns table (at timestamptz, kind text, body json) language plpgsql stable as $$
declare
    until timestamptz := app_now() + make_interval(days => (in_query->>'days')::int);
    keys text[] := case when actor_role() = 'coordinator' then actor_region_keys() else region_keys() end;
begin
    return query
    with turns as materialized (select * from duty_turns_between(app_now(), until)),
    missing as (
        select s.step, k.key, tstzmultirange(tstzrange(app_now(), until))
            - coalesce(range_agg(t.during) filter (where t.shift_id is not null), '{}') as open
        from unnest(keys) k (key)
        cross join (values ('duty'), ('back_up')) s (step)
        left join turns t on t.step = s.step and k.key = any (t.region_keys)
        group by s.step, k.key),
    gaps as (
        select m.step, gap.during, array_agg(m.key order by m.key) as keys
        from missing m cross join unnest(m.open) gap (during)
        group by m.step, gap.during),
    numbered as (
        select lower(g.during) as at, concat_ws(' ', g.step, upper(g.during), g.keys) as kind, g.* from gaps g)
    select n.at, n.kind, row_to_json(members)
    from numbered n
    cross join lateral (select
        n.step,
        array_remove(n.keys, '-') as regions,
        '-' = any (n.keys) as region_unknown,
        utc(n.at) as starts_at,
        utc(upper(n.during)) as ends_at) members
    where (n.at, n.kind) > ((in_query#>>'{after,at}')::timestamptz, in_query#>>'{after,kind}')
    order by n.at, n.kind
    limit (in_query->>'limit')::int + 1;
end $$;
