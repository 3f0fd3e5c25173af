-- SPDX-License-Identifier: MIT
-- What became of each attempt to send (R3): the jobs' alone; requests see no address and no log.

grant select, insert on deliveries to alongside_worker;
create policy worker_logs on deliveries to alongside_worker using (true);
