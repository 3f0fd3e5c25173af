-- SPDX-License-Identifier: MIT
-- Mail is put in by those whose act causes it and taken out by the worker; requests see no address and no log of deliveries.

grant select, insert on deliveries to alongside_worker;
create policy worker_logs on deliveries to alongside_worker using (true) with check (true);
