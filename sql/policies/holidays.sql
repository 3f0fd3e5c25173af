-- SPDX-License-Identifier: MIT
-- Everybody reads the holidays (A5.1); the administrator keeps them.

grant select, insert, update, delete on holidays to alongside_api;
grant select on holidays to alongside_worker, alongside_seats, alongside_sessions, alongside_desk, alongside_duty;
create policy all_read on holidays for select using (true);
create policy api_adds on holidays for insert to alongside_api with check (actor_role() = 'administrator');
create policy api_changes on holidays for update to alongside_api using ((select actor_role()) = 'administrator');
create policy api_removes on holidays for delete to alongside_api using ((select actor_role()) = 'administrator');
grant select on holidays_json to alongside_api;
