-- SPDX-License-Identifier: MIT
-- What opens what a session has sealed: its link and its material.

-- The key of what a write has sealed of a session, and the end of those that open nothing any more.
-- Writes: sealed_keys.
create or replace function session_key_keep(in_key jsonb, in_id uuid) returns void language plpgsql as $$
begin
    perform keep_key(in_key, 'session', in_id);
    delete from sealed_keys k
    where k.owner_type = 'session' and k.owner_id = in_id and k.id <> all (array(
        select sealed_key_id(v) from sessions s cross join unnest(array[s.join_link, s.material_en]) v
        where s.id = in_id and v is not null));
end $$;
