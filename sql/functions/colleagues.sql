-- SPDX-License-Identifier: MIT
-- Whom a coordinator can assign.

-- With whom a coordinator plans: those who may lead, with what they have and lack today, and other coordinators, who may take a
-- group over. By the name that peers know; never the name itself, an address, or who serves in the forces.
create or replace function colleagues_find(in_query jsonb) returns table (account_id uuid, alias text, body json)
language plpgsql stable security definer as $$
declare
    is_french boolean := reads_french();
    after_alias text := in_query#>>'{after,alias}';
begin
    if actor_role() <> 'coordinator' then
        return;
    end if;
    return query
    with page as (
        select a.id, a.role, coalesce(s.alias, '') as name, s.languages, s.employer, serves.regions, q.designation,
            q.education, coalesce(q.expertise, '{}') as expertise, qualification_is_cleared(q, office_date()) as is_cleared
        from accounts a
        left join staff s on s.id = a.id
        left join qualifications q on q.account_id = a.id
        cross join lateral (
            select case a.role when 'coordinator' then a.regions else coalesce(q.regions, '{}') end as regions) serves
        where a.is_active and a.role in ('peer_supporter', 'mental_health_professional', 'coordinator')
            and (case when is_french then coalesce(s.alias, '') else '' end collate "fr-CA-x-icu",
                coalesce(s.alias, '') collate "en-x-icu", a.id) > (
                case when is_french then after_alias else '' end, after_alias, (in_query#>>'{after,id}')::uuid)
            and coalesce(in_query->'role' ? a.role, true)
            and (in_query->>'language' is null or in_query->>'language' = any (s.languages))
            and (in_query->>'region' is null or serves.regions = '{}' or in_query->>'region' = any (serves.regions))
        order by case when is_french then coalesce(s.alias, '') else '' end collate "fr-CA-x-icu",
            coalesce(s.alias, '') collate "en-x-icu", a.id
        limit (in_query->>'limit')::int + 1)
    select p.id, p.name, json_build_object(
        'account_id', p.id,
        'role', p.role,
        'alias', nullif(p.name, ''),
        'languages', coalesce(p.languages, '{}'),
        'regions', p.regions,
        'employer', p.employer,
        'designation', p.designation,
        'education', p.education,
        'expertise', p.expertise,
        'is_cleared', p.is_cleared,
        'modules_missing', qualification_modules_missing(p.id, qualification_role_kinds(p.role), office_date()))
    from page p;
end $$;
