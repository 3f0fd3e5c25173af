-- SPDX-License-Identifier: MIT
-- A key opens what was sealed with it (decision 11): whoever may read the record has it, and nobody erases or adds to the keys of
-- somebody they do not see. Whose record it is, the owner says.

grant select, insert, delete on sealed_keys to alongside_api;
-- Views open a value at a time: each fact is mentioned once, and looked up only where it decides. What is asked as (select …) is prepared
-- with every view that opens something: only what is dear for a row is.
create policy api_reads on sealed_keys for select to alongside_api using (
    case actor_role()
        when 'coordinator' then case owner_type
            when 'participant' then true
            when 'referral' then true
            when 'guest' then true
            when 'session' then owner_id <> all ((select actor_own_session_ids())::uuid[])
            else false end
        when 'peer' then owner_type = 'participant' and owner_id = actor_participant_id()
        when 'administrator' then owner_type = 'staff'
        -- Hosts and the line.
        else case owner_type
            when 'staff' then owner_id = actor_account_id()
            when 'session' then owner_id = any ((select actor_session_ids())::uuid[])
            else false end end);
create policy api_adds on sealed_keys for insert to alongside_api with check (
    case actor_role()
        when 'coordinator' then case owner_type
            when 'referral' then true
            when 'participant' then participant_is_seen(owner_id)
            when 'session' then exists (select from sessions s where s.id = owner_id)
            when 'guest' then true
            -- The note of a debrief is its author's, for hosts as well.
            when 'staff' then owner_id = actor_account_id()
            else false end
        when 'peer' then owner_type = 'participant' and owner_id = actor_participant_id()
        when 'peer_supporter' then owner_type = 'staff' and owner_id = actor_account_id()
        when 'mental_health_professional' then owner_type = 'staff' and owner_id = actor_account_id()
        when 'administrator' then owner_type = 'staff'
        when 'line' then owner_type = 'referral'
        else false end);
create policy api_removes on sealed_keys for delete to alongside_api using (
    case (select actor_role())
        when 'coordinator' then case owner_type
            when 'referral' then true
            when 'participant' then participant_is_seen(owner_id)
            when 'session' then exists (select from sessions s where s.id = owner_id)
            when 'guest' then true
            else false end
        -- Whoever overwrites what is sealed ends what opened it.
        when 'peer' then owner_type = 'participant' and owner_id = (select actor_participant_id())
        else false end);

grant select, delete on sealed_keys to alongside_worker;
create policy worker_keeps on sealed_keys to alongside_worker using (true);
grant select on sealed_keys to alongside_desk;
grant select, insert, delete on sealed_keys to alongside_sessions;
create policy sessions_open on sealed_keys for select to alongside_sessions using (owner_type in ('participant', 'staff', 'session'));
-- Whoever leads a session replaces its link.
create policy sessions_add on sealed_keys for insert to alongside_sessions with check (owner_type = 'session');
create policy sessions_remove on sealed_keys for delete to alongside_sessions using (owner_type = 'session');
create policy desk_opens on sealed_keys for select to alongside_desk using (owner_type = 'session');
