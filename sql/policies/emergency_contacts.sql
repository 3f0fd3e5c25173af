-- SPDX-License-Identifier: MIT
-- A peer: what is their own. A coordinator: everybody of their regions (or of none yet), but never themselves nor whom they are
-- excluded from (I13, R14). Nobody else, whatever the route table says.

grant select, insert, update on emergency_contacts to alongside_api;
create policy own_or_served on emergency_contacts for select to alongside_api using (participant_is_seen(participant_id));
create policy own_or_served_changes on emergency_contacts for update to alongside_api
    using (participant_is_seen(participant_id)) with check (participant_is_seen(participant_id));
create policy coordinator_opens on emergency_contacts for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and participant_is_seen(participant_id));
grant select on emergency_contacts_json to alongside_api;
grant select on emergency_contacts to alongside_definer;
create policy definer_reads on emergency_contacts for select to alongside_definer using (true);
