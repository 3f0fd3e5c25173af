-- SPDX-License-Identifier: MIT
-- Seats (A6.8, R2): a peer reads their own, a coordinator those of people they serve, in groups that are not their own (I13). Hosts have
-- the roster, and no row of this table. Whoever takes or frees a seat moves the list for others: written by functions that look past
-- this wall, and by nobody else.

grant select on enrolments to alongside_api;
create policy api_reads on enrolments for select to alongside_api using (
    case (select actor_role())
        when 'peer' then participant_id = (select actor_participant_id())
        when 'coordinator' then cohort_id <> all ((select actor_own_cohort_ids())::uuid[])
            and exists (select from participants p where p.id = enrolments.participant_id)
        else false end);
grant select on enrolments_json to alongside_api, alongside_seats;

grant select, insert, update on enrolments to alongside_seats;
create policy seats_place on enrolments to alongside_seats using (true);
grant select on enrolments to alongside_conflicts, alongside_desk, alongside_duty;
grant select, update (state, version) on enrolments to alongside_sessions;
create policy others_read on enrolments for select
    to alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty using (true);
-- Somebody comes: what was confirmed is active from then on.
create policy sessions_activate on enrolments for update to alongside_sessions using (true) with check (state = 'active');
