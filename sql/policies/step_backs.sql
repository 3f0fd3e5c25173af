-- SPDX-License-Identifier: MIT
-- Decision 16: whoever stepped back, and nobody else, coordinators neither: to them a host who did is one that a session lacks.

grant select, insert, update (ended_at) on step_backs to alongside_api;
create policy api_reads on step_backs for select to alongside_api using (account_id = (select actor_account_id()));
create policy api_adds on step_backs for insert to alongside_api with check (
    actor_role() in ('peer', 'peer_supporter', 'mental_health_professional') and account_id = actor_account_id() and ended_at is null);
create policy api_changes on step_backs for update to alongside_api
    using (account_id = (select actor_account_id())) with check (ended_at is not null);
grant select on step_backs_json to alongside_api;

grant select on step_backs to alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty;
create policy others_read on step_backs for select
    to alongside_seats, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty using (true);
