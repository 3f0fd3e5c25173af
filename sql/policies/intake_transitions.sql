-- SPDX-License-Identifier: MIT
-- Which step of an intake who may take (A6.2): the same for everybody.

grant select on intake_transitions to alongside_api, alongside_worker, alongside_seats;
create policy all_read on intake_transitions for select using (true);
