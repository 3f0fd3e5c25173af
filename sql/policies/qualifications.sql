-- SPDX-License-Identifier: MIT
-- Qualifications and trainings are the administrator's, as all of staff; coordinators learn through host_facts() and
-- colleagues_find() what somebody has and lacks.

grant select, insert, update on qualifications to alongside_api;
create policy administrator_all on qualifications to alongside_api
    using ((select actor_role()) = 'administrator') with check ((select actor_role()) = 'administrator');
-- Only through the definer's functions of 64_hosts.sql.
grant select on qualifications to alongside_definer;
create policy definer_reads on qualifications for select to alongside_definer using (true);
grant select on qualifications_json to alongside_api;
