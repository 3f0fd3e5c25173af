-- SPDX-License-Identifier: MIT
-- What the installation set: the jobs' alone.

grant select on settings to alongside_worker;
create policy worker_reads on settings for select to alongside_worker using (true);
