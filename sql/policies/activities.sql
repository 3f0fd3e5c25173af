-- SPDX-License-Identifier: MIT
-- What was announced is public, and stays so when it has ended or is called off; coordinators plan, and see what they plan.

grant select, insert, update on activities to alongside_api;
create policy all_read on activities for select to alongside_api using (
    announced_at is not null or (select actor_role()) = 'coordinator');
create policy api_adds on activities for insert to alongside_api with check (actor_role() = 'coordinator' and state = 'planned');
create policy api_changes on activities for update to alongside_api using ((select actor_role()) = 'coordinator');
grant select on activities_json to alongside_api;
grant select on public_activities_json to alongside_api;
grant select on activities to alongside_desk, alongside_seats, alongside_worker;
grant select (id, title_en, title_fr, expertise) on activities to alongside_sessions;
create policy others_read on activities for select to alongside_desk, alongside_seats, alongside_sessions, alongside_worker using (true);
