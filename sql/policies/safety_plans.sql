-- SPDX-License-Identifier: MIT
-- A peer: what is their own. A coordinator: everybody of their regions (or of none yet), but never themselves nor whom they are
-- excluded from (I13, R14). Nobody else, whatever the route table says.

grant select, insert, update on safety_plans to alongside_api;
create policy own_or_served on safety_plans for select to alongside_api using (participant_is_seen(participant_id));
create policy own_or_served_changes on safety_plans for update to alongside_api
    using (participant_is_seen(participant_id)) with check (participant_is_seen(participant_id));
create policy coordinator_opens on safety_plans for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and participant_is_seen(participant_id));
grant select on safety_plans_json to alongside_api;
grant select on safety_plans to alongside_definer;
create policy definer_reads on safety_plans for select to alongside_definer using (true);
