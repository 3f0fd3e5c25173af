-- SPDX-License-Identifier: MIT
-- Each of the staff reads what they were told themselves, and says that they have it; nobody reads those of others. What is told comes from
-- what looks past this; the worker mails it.

grant select, update (acknowledged_at, version) on notices to alongside_api;
create policy api_reads on notices for select to alongside_api using (account_id = (select actor_account_id()));
create policy api_changes on notices for update to alongside_api using (account_id = (select actor_account_id()));
grant select on notices_json to alongside_api;

grant select, insert on notices to alongside_duty;
create policy duty_tells on notices to alongside_duty using (true);
grant select on notices to alongside_worker;
create policy worker_reads on notices for select to alongside_worker using (true);
