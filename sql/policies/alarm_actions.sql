-- SPDX-License-Identifier: MIT
-- With its alarm; each in their own name.

grant select, insert on alarm_actions to alongside_api;
create policy api_reads on alarm_actions for select to alongside_api using (
    exists (select from alarms a where a.id = alarm_actions.alarm_id));
create policy api_acts on alarm_actions for insert to alongside_api with check (
    account_id = actor_account_id() and exists (select from alarms a where a.id = alarm_actions.alarm_id));

grant select, insert on alarm_actions to alongside_duty;
create policy duty_writes on alarm_actions to alongside_duty using (true);
