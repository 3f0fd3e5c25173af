-- SPDX-License-Identifier: MIT
-- What mail says (R3): the jobs' alone.

grant select on mail_templates to alongside_worker;
create policy worker_reads on mail_templates for select to alongside_worker using (true);
