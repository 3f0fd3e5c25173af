-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

grant select on enrolments to alongside_api;
create policy peer_reads_own on enrolments for select to alongside_api using (
    (select actor_role()) = 'peer' and participant_id = (select actor_participant_id()));
create policy coordinator_reads on enrolments for select to alongside_api using (
    (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[])
    and participant_is_seen(participant_id));
grant insert, update on enrolments to alongside_definer;
create policy definer_places on enrolments for insert to alongside_definer with check (true);
create policy definer_moves on enrolments for update to alongside_definer using (true) with check (true);
grant select on enrolments_json to alongside_api;
grant select on enrolments_json to alongside_definer;
grant select on enrolments to alongside_definer;
create policy definer_reads on enrolments for select to alongside_definer using (true);
grant update (state, version) on enrolments to alongside_definer;
create policy definer_activates on enrolments for update to alongside_definer using (true) with check (state = 'active');
