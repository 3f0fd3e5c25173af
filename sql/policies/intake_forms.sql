-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

grant select (intake_id, services_wanted) on intake_forms to alongside_definer;
create policy definer_places on intake_forms for select to alongside_definer using (true);
grant select, insert, update on intake_forms to alongside_api;
create policy own_or_served on intake_forms for select to alongside_api using (participant_is_seen(participant_id));
create policy own_or_served_changes on intake_forms for update to alongside_api
    using (participant_is_seen(participant_id)) with check (participant_is_seen(participant_id));
create policy coordinator_opens on intake_forms for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and participant_is_seen(participant_id));
grant select on intake_forms_json to alongside_api;
