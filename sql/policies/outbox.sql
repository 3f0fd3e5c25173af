-- SPDX-License-Identifier: MIT
-- Seats are written by the definer's functions of 65_enrolments.sql alone. A peer reads their own, a coordinator those of people and
-- groups they serve; hosts have the roster (71_session_safety.sql), and no row of this table.

grant select, insert, update (state, reason, changed_at) on outbox to alongside_definer;
create policy definer_writes on outbox for insert to alongside_definer with check (
    enrolment_id is not null and state = 'queued' and kind in (
        'seat_offered', 'seat_confirmed', 'seat_released', 'session_changed', 'session_cancelled', 'series_changed', 'group_cancelled'));
create policy definer_cancels on outbox for update to alongside_definer
    using (enrolment_id is not null) with check (state = 'cancelled');
grant select, insert, update on outbox to alongside_api;
-- Lists walk over many rows: a subquery costs less for each than a function, and as a scalar it is not run for everybody first.
create policy own_or_served on outbox for select to alongside_api using (
    (select true from participants p where p.id = participant_id));
create policy own_or_served_puts on outbox for insert to alongside_api with check (
    state = 'queued' and enrolment_id is null and participant_is_seen(participant_id));
create policy own_or_served_settles on outbox for update to alongside_api
    using (participant_is_seen(participant_id)) with check (state in ('queued', 'cancelled') and participant_is_seen(participant_id));
grant select, update on outbox to alongside_worker;
create policy worker_reads on outbox for select to alongside_worker using (true);
create policy worker_changes on outbox for update to alongside_worker using (true) with check (true);
-- Only through document_announce().
grant select (participant_id, kind, state), insert on outbox to alongside_definer;
create policy definer_reads on outbox for select to alongside_definer using (true);
create policy definer_announces on outbox for insert to alongside_definer with check (kind = 'document_changed' and state = 'queued');
