-- SPDX-License-Identifier: MIT
-- Where somebody is and whether they may be called (R6, R7): the peer themself, and a coordinator who serves them. A host, in the window
-- of a session alone (A6.8), through session_safety_plans_read().

grant select, insert, update on safety_plans to alongside_api;
create policy api_reads on safety_plans for select to alongside_api
    using (exists (select from participants p where p.id = safety_plans.participant_id));
create policy api_adds on safety_plans for insert to alongside_api with check (
    actor_role() = 'coordinator' and participant_is_seen(participant_id));
create policy api_changes on safety_plans for update to alongside_api
    using (exists (select from participants p where p.id = safety_plans.participant_id));
grant select on safety_plans_json to alongside_api;

grant select on safety_plans to alongside_sessions;
create policy sessions_read on safety_plans for select to alongside_sessions using (true);
