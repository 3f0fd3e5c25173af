-- SPDX-License-Identifier: MIT
-- Services are public, and the administrator's to keep. None is ever deleted: groups point to it.

grant select, insert, update on services to alongside_api;
grant select on services to alongside_worker, alongside_seats, alongside_sessions, alongside_desk;
create policy all_read on services for select using (true);
create policy api_adds on services for insert to alongside_api with check (actor_role() = 'administrator');
create policy api_changes on services for update to alongside_api using ((select actor_role()) = 'administrator');
grant select on services_json to alongside_api;
