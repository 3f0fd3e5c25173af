-- SPDX-License-Identifier: MIT
-- Which step a seat may take (A6.2): asked by the seat's guard.

grant select on enrolment_transitions to alongside_seats;
create policy seats_read on enrolment_transitions for select to alongside_seats using (true);
