-- SPDX-License-Identifier: MIT
-- Whom to call, in which order: whoever is on duty for the region, their back-up, the program lead. It ends with somebody always: the last
-- active administrator cannot be removed. Without a region: whoever is on duty for any.
create or replace function duty_rungs_at(in_region_key text, in_at timestamptz)
returns table (place int, step text, account_id uuid, until timestamptz) language plpgsql stable security definer as $$
begin
    if actor_role() not in ('mental_health_professional', 'coordinator', 'administrator', 'worker') then
        return;
    end if;
    return query
    select distinct on (r.account_id) r.*
    from (
        select case t.step when 'duty' then 1 else 2 end, t.step, t.account_id, t.ends_at
        from duty_turns_between(in_at, in_at + interval '1 microsecond') t
        where in_region_key is null or in_region_key = any (t.region_keys)
        union all
        select 3, 'lead', a.id, null
        from accounts a
        where a.role = 'administrator' and a.is_active) r (place, step, account_id, until)
    order by r.account_id, r.place, r.until desc;
end $$;

create or replace function duty_rungs_find(in_query jsonb) returns table (place int, id uuid, body json) language plpgsql stable as $$
begin
    return query
    select r.place, r.account_id, row_to_json(members)
    from duty_rungs_at(coalesce(in_query->>'region', '-'), coalesce((in_query->>'at')::timestamptz, app_now())) r
    cross join lateral (select
        r.step,
        r.account_id,
        account_alias(r.account_id) as alias,
        utc(r.until) as until) members
    where (r.place, r.account_id) > ((in_query#>>'{after,place}')::int, (in_query#>>'{after,id}')::uuid)
    order by r.place, r.account_id
    limit (in_query->>'limit')::int + 1;
end $$;
