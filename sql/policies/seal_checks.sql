-- SPDX-License-Identifier: MIT
-- Read and added to by seal_check() alone, before anybody is let in.

grant select, insert on seal_checks to alongside_desk;
create policy desk_notes on seal_checks to alongside_desk using (true);
