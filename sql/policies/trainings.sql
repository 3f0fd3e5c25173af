-- SPDX-License-Identifier: MIT
-- Qualifications and trainings are the administrator's, as all of staff; coordinators learn through host_facts() and
-- colleagues_find() what somebody has and lacks.

grant select, insert, delete on trainings to alongside_api;
create policy administrator_all on trainings to alongside_api
    using ((select actor_role()) = 'administrator')
    with check ((select actor_role()) = 'administrator' and recorded_by = (select actor_account_id()));
grant select on trainings to alongside_definer;
create policy definer_reads on trainings for select to alongside_definer using (true);
grant select on trainings_json to alongside_api;
