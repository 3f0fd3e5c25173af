-- SPDX-License-Identifier: MIT
-- Mail (R3, R17) is put in, and settled, by those who see the person; the worker takes it out. Mail about a seat belongs to the seat:
-- put in and cancelled with it. Mail to staff comes with its notice, mail to a guest with what is theirs to lead. Requests see no address.

grant select, insert, update on outbox to alongside_api;
-- Lists walk over many rows: a subquery costs less for each than a function, and as a scalar it is not run for everybody first.
create policy api_reads on outbox for select to alongside_api using (
    (select true from participants p where p.id = participant_id));
create policy api_adds on outbox for insert to alongside_api with check (
    state = 'queued' and enrolment_id is null and case
        when guest_id is not null then actor_role() = 'coordinator'
        else participant_is_seen(participant_id) end);
create policy api_changes on outbox for update to alongside_api
    using (participant_is_seen(participant_id))
    with check (state in ('queued', 'cancelled') and participant_is_seen(participant_id));

grant select, update on outbox to alongside_worker;
create policy worker_sends on outbox to alongside_worker using (true);
grant select, insert, update (state, reason, changed_at) on outbox to alongside_seats;
grant select (participant_id, kind, state), insert on outbox to alongside_desk;
create policy others_read on outbox for select to alongside_seats, alongside_desk using (true);
create policy seats_add on outbox for insert to alongside_seats with check (
    enrolment_id is not null and state = 'queued' and kind in (
        'seat_offered', 'seat_confirmed', 'seat_registered', 'seat_not_placed', 'seat_released', 'session_changed', 'session_added',
        'session_cancelled', 'series_changed', 'group_cancelled', 'place_given', 'place_offered', 'place_open', 'place_moved',
        'place_offered_moved', 'place_awaited_moved'));
create policy seats_cancel on outbox for update to alongside_seats using (enrolment_id is not null) with check (state = 'cancelled');
-- Whom a guest replaced leads again, when that one declines.
grant insert on outbox to alongside_sessions;
create policy sessions_tell on outbox for insert to alongside_sessions with check (guest_id is not null and state = 'queued');
grant select, insert, update (state, reason, due_at, changed_at) on outbox to alongside_duty;
create policy duty_reads on outbox for select to alongside_duty using (notice_id is not null);
create policy duty_tells_again on outbox for update to alongside_duty using (notice_id is not null) with check (state = 'queued');
create policy duty_tells on outbox for insert to alongside_duty with check (notice_id is not null and state = 'queued');
create policy desk_announces on outbox for insert to alongside_desk with check (
    kind in ('document_changed', 'activity_opened') and state = 'queued');
