-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

-- The list walks over many rows: what decides stands in the row itself.
grant select on waiting_people to alongside_api;
create policy coordinator_reads on waiting_people for select to alongside_api using (
    (select actor_role() = 'coordinator')
    and (cardinality((select actor_regions())) = 0 or region_key = '-' or region_key = any ((select actor_regions())::text[]))
    and participant_id is distinct from (select actor_participant_id())
    and participant_id not in (
        select x.participant_id from exclusions x where x.account_id = (select actor_account_id())));
grant select, insert, update, delete on waiting_people to alongside_definer;
create policy definer_keeps on waiting_people to alongside_definer using (true) with check (true);
