-- SPDX-License-Identifier: MIT
-- Mail is put in by those whose act causes it and taken out by the worker; requests see no address and no log of deliveries.

grant select, insert, update on outbox to alongside_api;
-- Lists walk over many rows: a subquery costs less for each than a function, and as a scalar it is not run for everybody first.
create policy own_or_served on outbox for select to alongside_api using (
    (select true from participants p where p.id = participant_id));
create policy own_or_served_puts on outbox for insert to alongside_api with check (
    state = 'queued' and enrolment_id is null and sees_participant(participant_id));
create policy own_or_served_settles on outbox for update to alongside_api
    using (sees_participant(participant_id)) with check (state in ('queued', 'cancelled') and sees_participant(participant_id));
grant select, update on outbox to alongside_worker;
create policy worker_reads on outbox for select to alongside_worker using (true);
create policy worker_changes on outbox for update to alongside_worker using (true) with check (true);
-- Only through documents_announce().
grant select (participant_id, kind, state), insert on outbox to alongside_definer;
create policy definer_reads on outbox for select to alongside_definer using (true);
create policy definer_announces on outbox for insert to alongside_definer with check (kind = 'document_changed' and state = 'queued');

grant select, insert on deliveries to alongside_worker;
create policy worker_logs on deliveries to alongside_worker using (true) with check (true);
grant select on settings, mail_templates to alongside_worker;
create policy worker_reads on settings for select to alongside_worker using (true);
create policy worker_reads on mail_templates for select to alongside_worker using (true);

grant select on held_messages_json to alongside_api;
