-- SPDX-License-Identifier: MIT
-- Staff are the administrator's to keep. Others learn the name that somebody bears with peers, through host_assignment_alias() and
-- staff_alias().

grant select, insert, update on staff to alongside_api;
create policy api_keeps on staff to alongside_api using ((select actor_role()) = 'administrator');
grant select on staff_json to alongside_api;

grant select (id, alias, languages, employer, name) on staff to alongside_sessions;
grant select (id, alias) on staff to alongside_desk;
grant select (id, alias, languages, email) on staff to alongside_duty;
grant select (id, languages, email, name, names_version), update (names_version) on staff to alongside_worker;
create policy worker_renews on staff for update to alongside_worker using (true);
create policy others_read on staff for select
    to alongside_sessions, alongside_desk, alongside_duty, alongside_worker using (true);
