-- SPDX-License-Identifier: MIT
-- The chain over the audit (A4) is the jobs'; what an owner does with it, months and clusters, the owner's.

grant select, insert on audit_links to alongside_worker;
create policy worker_reads on audit_links for select to alongside_worker using (true);
create policy worker_links on audit_links for insert to alongside_worker with check (kind = 'events');
