-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

grant select on sealed_keys to alongside_definer;
create policy definer_opens_links on sealed_keys for select to alongside_definer using (owner_type = 'session');
grant select, insert, delete on sealed_keys to alongside_api;
grant select, delete on sealed_keys to alongside_worker;
create policy worker_all on sealed_keys to alongside_worker using (true);
create policy own_or_served on sealed_keys for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then owner_type in ('participant', 'referral')
        when 'peer' then owner_type = 'participant' and owner_id = (select actor_participant_id())
        when 'administrator' then owner_type = 'staff'
        else owner_type = 'staff' and owner_id = (select actor_account_id())
    end);
create policy kept_with_a_write on sealed_keys for insert to alongside_api with check (
    case (select actor_role())
        when 'coordinator' then owner_type = 'referral' or owner_type = 'participant' and participant_is_seen(owner_id)
        when 'line' then owner_type = 'referral'
        when 'peer' then owner_type = 'participant' and owner_id = (select actor_participant_id())
        when 'administrator' then owner_type = 'staff'
        else false
    end);
create policy erased_by_coordinator on sealed_keys for delete to alongside_api using (
    (select actor_role()) = 'coordinator'
    and (owner_type = 'referral' or owner_type = 'participant' and participant_is_seen(owner_id)));
-- The author's note.
create policy debrief_is_kept on sealed_keys for insert to alongside_api with check (
    owner_type = 'staff' and owner_id = (select actor_account_id())
    and (select actor_role()) in ('peer_supporter', 'mental_health_professional'));
grant select on sealed_keys to alongside_definer;
create policy definer_opens on sealed_keys for select to alongside_definer using (owner_type in ('participant', 'staff'));
create policy session_link_opens on sealed_keys for select to alongside_api using (
    owner_type = 'session' and case (select actor_role())
        when 'coordinator' then exists (select from sessions s where s.id = owner_id)
        when 'peer_supporter' then owner_id = any ((select actor_session_ids())::uuid[])
        when 'mental_health_professional' then owner_id = any ((select actor_session_ids())::uuid[])
        else false end);
create policy session_link_is_kept on sealed_keys for insert to alongside_api with check (
    owner_type = 'session' and (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = owner_id));
create policy session_link_ends on sealed_keys for delete to alongside_api using (
    owner_type = 'session' and (select actor_role()) = 'coordinator' and exists (select from sessions s where s.id = owner_id));
