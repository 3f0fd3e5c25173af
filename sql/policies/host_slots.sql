-- SPDX-License-Identifier: MIT
-- What each slot asks for is nobody's secret; it comes with the installation.

grant select on host_slots to alongside_api, alongside_sessions, alongside_duty;
create policy all_read on host_slots for select using (true);
