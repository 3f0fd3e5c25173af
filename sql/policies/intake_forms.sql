-- SPDX-License-Identifier: MIT
-- The form (A6.3): the peer fills it in, or a coordinator who serves them; it is opened with the intake.

grant select, insert, update on intake_forms to alongside_api;
create policy api_reads on intake_forms for select to alongside_api
    using (exists (select from participants p where p.id = intake_forms.participant_id));
create policy api_adds on intake_forms for insert to alongside_api with check (
    actor_role() = 'coordinator' and participant_is_seen(participant_id));
create policy api_changes on intake_forms for update to alongside_api
    using (exists (select from participants p where p.id = intake_forms.participant_id));
grant select on intake_forms_json to alongside_api;

grant select (intake_id, services_wanted) on intake_forms to alongside_seats;
create policy seats_read on intake_forms for select to alongside_seats using (true);
