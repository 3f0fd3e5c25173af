-- SPDX-License-Identifier: MIT
-- Trainings are the administrator's, who records them in their own name; a coordinator learns through host_facts() and
-- colleagues_find() which modules somebody lacks (I5).

grant select, insert, delete on trainings to alongside_api;
create policy api_keeps on trainings to alongside_api
    using ((select actor_role()) = 'administrator')
    with check ((select actor_role()) = 'administrator' and recorded_by = (select actor_account_id()));
grant select on trainings_json to alongside_api;

grant select on trainings to alongside_sessions;
create policy sessions_read on trainings for select to alongside_sessions using (true);
