-- SPDX-License-Identifier: MIT
-- Everybody reads the codes and their words; they come with the installation.

grant select on code_lists to alongside_api, alongside_worker, alongside_sessions;
create policy all_read on code_lists for select using (true);
