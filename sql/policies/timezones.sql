-- SPDX-License-Identifier: MIT
-- Everybody reads the names of zones (A5.2); they come with the installation.

grant select on timezones to alongside_api, alongside_worker;
create policy all_read on timezones for select using (true);
