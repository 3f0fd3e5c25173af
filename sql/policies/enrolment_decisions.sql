-- SPDX-License-Identifier: MIT
-- Why somebody was passed over may be a conflict (A6.5): coordinators alone, where they see the seat. Written with the seat's steps.

grant select on enrolment_decisions to alongside_api;
create policy api_reads on enrolment_decisions for select to alongside_api using (
    case (select actor_role())
        -- Who leads may be whom somebody must not meet (DESIGN 5b.7).
        when 'coordinator' then exists (
            select from enrolments e
            where e.id = enrolment_id and (reason is distinct from 'conflict' or not exists (
                select from host_assignments h
                where h.cohort_id = e.cohort_id and h.account_id = (select actor_account_id()) and h.released_at is null)))
        else false end);
grant select on enrolment_decisions_json to alongside_api;

grant select, insert on enrolment_decisions to alongside_seats;
create policy seats_decide on enrolment_decisions to alongside_seats using (true);
