-- SPDX-License-Identifier: MIT
-- Whether the keys of a process are those of this database.

-- What is not as it was, null = all is. Whoever is the first begins the list, a key that comes later joins it; one that is gone for good,
-- when nothing is sealed under it any more, the owner takes out. No request asks.
create or replace function seal_check(in_checks jsonb) returns text language plpgsql security definer as $$
declare
    fault text;
begin
    if actor_role() <> 'nobody' then
        return null;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('seal_checks', 0)) where not pg_is_in_recovery();
    select string_agg(c.name || case when in_checks ? c.name then ' is another' else ' is missing' end, ', ' order by c.name) into fault
    from seal_checks c where c.value is distinct from in_checks->>c.name;
    if fault is null and not pg_is_in_recovery() then
        insert into seal_checks (name, value) select c.key, c.value from jsonb_each_text(in_checks) c on conflict do nothing;
    end if;
    return fault;
end $$;
