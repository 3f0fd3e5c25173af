-- SPDX-License-Identifier: MIT
-- Grants and row level security of the kernel's tables. Everything not granted here is denied.

grant select, insert on audit_links to alongside_worker;
create policy worker_links on audit_links to alongside_worker using (true) with check (true);
