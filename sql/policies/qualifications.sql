-- SPDX-License-Identifier: MIT
-- Clearance and designation are the administrator's, as all of staff; a coordinator learns through host_facts() and colleagues_find()
-- what somebody has and lacks (I5).

grant select, insert, update on qualifications to alongside_api;
create policy api_keeps on qualifications to alongside_api using ((select actor_role()) = 'administrator');
grant select on qualifications_json to alongside_api;

grant select on qualifications to alongside_sessions;
create policy sessions_read on qualifications for select to alongside_sessions using (true);
