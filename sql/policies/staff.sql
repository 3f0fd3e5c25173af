-- SPDX-License-Identifier: MIT
-- Staff profiles are the administrator's. Accounts themselves: kernel.sql.
grant select, insert, update on staff to alongside_api;
create policy administrator_all on staff to alongside_api
    using ((select actor_role()) = 'administrator') with check ((select actor_role()) = 'administrator');

-- Coordinators hand work to each other.
create policy coordinators_know_each_other on accounts for select to alongside_api using (
    (select actor_role()) = 'coordinator' and role = 'coordinator');

-- Only through audit_events_find().
grant select on audit_events to alongside_definer;
create policy definer_reads on audit_events for select to alongside_definer using (true);

grant select on staff_json to alongside_api;
