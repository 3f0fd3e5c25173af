-- SPDX-License-Identifier: MIT
-- The chain over the audit (A4) is the jobs'.

grant select, insert on audit_links to alongside_worker;
create policy worker_links on audit_links to alongside_worker using (true);
