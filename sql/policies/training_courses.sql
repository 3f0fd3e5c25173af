-- SPDX-License-Identifier: MIT
-- What there is to learn is for everybody of the staff to read; the administrator keeps it.

grant select, insert, update on training_courses to alongside_api;
create policy api_reads on training_courses for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional', 'coordinator', 'administrator'));
create policy api_adds on training_courses for insert to alongside_api with check (actor_role() = 'administrator');
create policy api_changes on training_courses for update to alongside_api using ((select actor_role()) = 'administrator');
grant select on training_courses_json to alongside_api;
