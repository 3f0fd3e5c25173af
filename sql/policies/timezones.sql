-- SPDX-License-Identifier: MIT
-- Grants and row level security of the kernel's tables. Everything not granted here is denied.

grant select on timezones to alongside_api, alongside_worker, alongside_definer;
create policy everybody_reads on timezones for select using (true);
