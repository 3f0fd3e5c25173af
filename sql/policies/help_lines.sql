-- SPDX-License-Identifier: MIT
-- Whom to call at any hour (S4.1): everybody, at every moment.

grant select on help_lines to alongside_api, alongside_worker, alongside_seats, alongside_sessions;
create policy all_read on help_lines for select using (true);
