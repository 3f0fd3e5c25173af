-- SPDX-License-Identifier: MIT
-- When something is taught is for everybody of the staff to read; the administrator plans it.

grant select, insert, update on training_offerings to alongside_api;
create policy api_reads on training_offerings for select to alongside_api using (
    (select actor_role()) in ('peer_supporter', 'mental_health_professional', 'coordinator', 'administrator'));
create policy api_adds on training_offerings for insert to alongside_api with check (actor_role() = 'administrator');
create policy api_changes on training_offerings for update to alongside_api using ((select actor_role()) = 'administrator');
grant select on training_offerings_json to alongside_api;
