-- SPDX-License-Identifier: MIT
-- Everybody reads the plain words of states and steps; they come with the installation.

grant select on plain_texts to alongside_api, alongside_worker, alongside_seats, alongside_sessions, alongside_desk;
create policy all_read on plain_texts for select using (true);
