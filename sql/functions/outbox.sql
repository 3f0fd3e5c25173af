-- SPDX-License-Identifier: MIT
-- Mail: put in with its cause, taken out by the worker, checked again at that moment.

create or replace function outbox_put(
    in_kind text, in_participant_id uuid, in_values jsonb default '{}', in_due_at timestamptz default null,
    in_intake_id uuid default null) returns uuid language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
begin
    insert into outbox (id, kind, participant_id, intake_id, data, due_at, created_at, changed_at)
    values (new_id, in_kind, in_participant_id, in_intake_id, in_values, coalesce(in_due_at, app_now()), app_now(), app_now());
    perform pg_notify('outbox', '');
    return new_id;
end $$;

-- What has not gone out yet never will. Returns how many.
create or replace function outbox_cancel(in_intake_id uuid, in_reason text, in_kinds text[] default null) returns int language plpgsql as $$
declare
    cancelled int;
begin
    update outbox o set state = 'cancelled', reason = in_reason, changed_at = app_now()
    where o.intake_id = in_intake_id and o.state in ('queued', 'held', 'failed') and (in_kinds is null or o.kind = any (in_kinds));
    get diagnostics cancelled = row_count;
    return cancelled;
end $$;

-- Nothing of theirs is under way or serves any more: notices that belong to no single intake stop as well.
create or replace function outbox_cancel_idle(in_participant_id uuid, in_reason text, in_kind text default null) returns void
language plpgsql as $$
begin
    update outbox o set state = 'cancelled', reason = in_reason, changed_at = app_now()
    where o.participant_id = in_participant_id and o.intake_id is null and o.state in ('queued', 'held', 'failed')
        and (in_kind is null or o.kind = in_kind) and not participant_has_intake(in_participant_id);
end $$;

-- The person heard it by voice: what could not be sent is settled, of their places as well, and so is a queued word on how things
-- stand.
create or replace function outbox_told(in_intake_id uuid) returns void language plpgsql as $$
begin
    update outbox o set state = 'cancelled', reason = 'told', changed_at = app_now()
    where o.intake_id = in_intake_id
        and (o.state in ('held', 'failed') or o.state = 'queued' and o.kind = 'status_update')
        or o.enrolment_id is not null and o.state in ('held', 'failed')
            and o.participant_id = (select i.participant_id from intakes i where i.id = in_intake_id);
end $$;

-- The rules changed: what they held is tried again.
create or replace function outbox_release(in_participant_id uuid) returns void language plpgsql as $$
begin
    update outbox o set state = 'queued', reason = null, due_at = app_now(), attempts = 0, changed_at = app_now()
    where o.participant_id = in_participant_id and o.state in ('held', 'failed');
    if found then
        perform pg_notify('outbox', '');
    end if;
end $$;

-- R17: why this message is not to leave any more; null = it still is. What is over, or has been overtaken, is not written about.
create or replace function outbox_moot(in_message outbox, in_status text, in_intake intakes) returns text language plpgsql as $$
begin
    if in_message.guest_id is not null then
        return (select m.moot from guest_mail(in_message) m);
    end if;
    return case
        when in_status = 'erased' then 'erased'
        when in_intake.state = 'withdrawn' then 'withdrawn'
        when in_intake.state in ('closed', 'ineligible') and in_message.kind <> 'intake_closed' then 'closed'
        when in_message.enrolment_id is not null and seat_mail_verdict(in_message) is not null then seat_mail_verdict(in_message)
        when in_message.kind in ('meeting_scheduled', 'meeting_changed')
            and (in_intake.state <> 'meeting_scheduled' or in_intake.meeting_starts_at <= app_now()) then 'superseded'
        when in_message.kind = 'acknowledgement' and in_intake.state not in ('form_returned', 'forms_returned') then 'superseded'
        when in_message.kind = 'form_sent' and in_intake.state not in ('form_sent', 'forms_sent') then 'superseded'
        when in_message.kind = 'document_changed' and not exists (
            select from intakes i cross join document_kinds_missing(in_message.participant_id, i.track) d
            where i.participant_id = in_message.participant_id and (i.is_open or i.valid_until > app_now())) then 'superseded'
        when in_message.kind = 'activity_opened' and not exists (
            select from activities a where a.id = (in_message.data->>'activity_id')::uuid and a.state = 'open') then 'superseded'
        when in_message.kind = 'activity_opened' and not participant_has_intake(in_message.participant_id) and exists (
            select from intakes i
            where i.participant_id = in_message.participant_id and i.withdrawn_at >= in_message.created_at) then 'withdrawn'
    end;
end $$;

-- R3, R17: whether this message may leave at this moment. Null = yes; otherwise what it becomes, and why.
create or replace function outbox_verdict(
    in_message outbox, in_person participants, in_intake intakes, in_contact contacts, out state text, out reason text)
language plpgsql as $$
begin
    reason := outbox_moot(in_message, in_person.status, in_intake);
    if reason is not null then
        state := 'cancelled';
        return;
    end if;
    reason := contact_mail_fault(in_contact);
    state := case when reason is not null then 'held' end;
end $$;

-- It did not reach them: whoever is there for them is told, of staff the lead.
create or replace function outbox_tell_unreached(in_message outbox) returns void language plpgsql as $$
begin
    if in_message.participant_id is not null then
        perform notice_tell_coordinator(in_message.participant_id, 'mail_held', in_message.id);
    elsif in_message.notice_id is not null then
        perform notice_tell_unreachable(in_message.notice_id);
    else
        perform notice_tell(
            array[(select coordinator_stand_in(g.created_by, app_now()) from guests g where g.id = in_message.guest_id)],
            'guest_unreachable', in_message.guest_id);
    end if;
end $$;

-- Leases the message and gives its words; no row when it may not leave, and is settled.
create or replace function outbox_lease(in_message outbox)
returns table (id uuid, to_mark text, subject text, body text, language text) language plpgsql as $$
#variable_conflict use_column
declare
    participant participants;
    intake intakes;
    contact contacts;
    verdict record;
begin
    if in_message.participant_id is null then
        return query select * from outbox_lease_other(in_message);
        return;
    end if;
    select p.id, p.status, p.preferred_language, p.timezone
    into participant.id, participant.status, participant.preferred_language, participant.timezone
    from participants p where p.id = in_message.participant_id;
    select * into intake from intakes i where i.id = in_message.intake_id;
    select c.email, c.email_is_government, c.work_address_acknowledged, c.ok_to_email
    into contact.email, contact.email_is_government, contact.work_address_acknowledged, contact.ok_to_email
    from contacts c where c.participant_id = in_message.participant_id;
    verdict := outbox_verdict(in_message, participant, intake, contact);
    if verdict.state is not null then
        update outbox o set state = verdict.state, reason = verdict.reason, changed_at = app_now() where o.id = in_message.id;
        if verdict.state = 'held' then
            perform outbox_tell_unreached(in_message);
        end if;
        return;
    end if;
    update outbox o set
        state = 'sending', attempts = o.attempts + 1, lease_until = app_now() + interval '5 minutes', changed_at = app_now()
    where o.id = in_message.id;
    return query
    select in_message.id, unseal('contact.handle', contact.email),
        case participant.preferred_language when 'fr' then t.subject_fr else t.subject_en end,
        replace(replace(
            case participant.preferred_language when 'fr' then t.body_fr else t.body_en end,
            '{link}', setting('public_url')),
            '{when}', coalesce(case
                when in_message.enrolment_id is null
                    then intake_meeting_text(intake, participant.timezone, participant.preferred_language)
                else seat_mail_when(in_message, participant.timezone, participant.preferred_language) end, '')),
        participant.preferred_language
    from mail_templates t where t.kind = in_message.kind;
end $$;

-- The same of mail to staff, which says that something is there and no more, and to guests, each with a new address of their page.
create or replace function outbox_lease_other(in_message outbox)
returns table (id uuid, to_mark text, subject text, body text, language text) language plpgsql as $$
#variable_conflict use_column
declare
    mail record;
begin
    if in_message.notice_id is not null then
        select * into mail from notice_mail(in_message.notice_id);
    else
        select * into mail from guest_mail(in_message);
    end if;
    if mail.moot is not null or mail.email is null then
        update outbox o set
            state = case when mail.moot is not null then 'cancelled' else 'held' end, reason = coalesce(mail.moot, 'no_email'),
            changed_at = app_now()
        where o.id = in_message.id;
        if mail.moot is null then
            perform outbox_tell_unreached(in_message);
        end if;
        return;
    end if;
    update outbox o set
        -- What cannot wait leaves again soon, when whoever took it is gone: handing it over takes half a minute at most.
        state = 'sending', attempts = o.attempts + 1, changed_at = app_now(),
        lease_until = app_now() + case o.kind when 'notice_now' then interval '1 minute' else interval '5 minutes' end
    where o.id = in_message.id;
    return query
    select
        in_message.id, mail.email, case mail.language when 'fr' then t.subject_fr else t.subject_en end,
        replace(replace(
            case mail.language when 'fr' then t.body_fr else t.body_en end,
            '{link}', coalesce(guest_page_open(in_message.guest_id), setting('public_url'))),
            '{when}', coalesce(case when in_message.guest_id is not null then guest_mail_dates(in_message, mail.language) end, '')),
        mail.language
    from mail_templates t where t.kind = in_message.kind;
end $$;

-- Worker: up to in_limit messages that may go out now, leased. Those that may not are settled on the way.
create or replace function outbox_take(in_limit int) returns table (id uuid, to_mark text, subject text, body text, language text)
language plpgsql as $$
#variable_conflict use_column
declare
    message outbox;
begin
    perform set_config('app.role', 'worker', true);
    for message in
        select * from outbox o where o.state = 'queued' and o.due_at <= app_now() and not job_is_aside('mail', o.id)
        order by (o.kind = 'notice_now') desc, o.due_at, o.id limit greatest(in_limit, 100) for no key update skip locked
    loop
        exit when in_limit <= 0 or job_is_long();
        begin
            return query select * from outbox_lease(message);
            in_limit := in_limit - found::int;
            perform job_take_back('mail', message.id);
        exception when others then
            perform job_set_aside('mail', message.id, sqlstate);
        end;
    end loop;
end $$;

create or replace function outbox_is_last(in_attempts int) returns boolean immutable language sql return in_attempts >= 8;

-- Worker: whoever took it is gone. The message may have left: at least once. Returns how many.
create or replace function outbox_release_leases() returns bigint language plpgsql as $$
declare
    message outbox;
    released bigint := 0;
begin
    for message in
        select * from outbox o where o.state = 'sending' and o.lease_until < app_now() and not job_is_aside('leases', o.id)
        order by o.lease_until limit 1000 for no key update skip locked
    loop
        exit when job_is_long();
        begin
            update outbox o set
                state = case when outbox_is_last(o.attempts) then 'failed' else 'queued' end,
                reason = case when outbox_is_last(o.attempts) then 'not_delivered' end,
                lease_until = null, due_at = app_now(), changed_at = app_now()
            where o.id = message.id;
            released := released + 1;
            perform job_take_back('leases', message.id);
        exception when others then
            perform job_set_aside('leases', message.id, sqlstate);
        end;
    end loop;
    return released;
end $$;

-- Worker: a clock that was set back has its past in the future; without this, mail would wait until it is there again. More than a day is
-- no clock that was put right. Returns how many.
create or replace function outbox_follow_clock() returns bigint language plpgsql as $$
declare
    moved bigint;
    moved_leases bigint;
begin
    update outbox o set due_at = o.due_at - (o.changed_at - app_now()), changed_at = app_now()
    where o.state = 'queued' and o.changed_at > app_now() and o.changed_at < app_now() + interval '1 day';
    get diagnostics moved = row_count;
    update outbox o set lease_until = o.lease_until - (o.changed_at - app_now()), changed_at = app_now()
    where o.state = 'sending' and o.changed_at > app_now() and o.changed_at < app_now() + interval '1 day';
    get diagnostics moved_leases = row_count;
    return moved + moved_leases;
end $$;

-- 1, 5, 30 minutes, 2 hours, then every 6.
create or replace function outbox_pause(in_attempts int) returns interval immutable language sql
return coalesce((array[
    interval '1 minute', interval '5 minutes', interval '30 minutes', interval '2 hours'])[in_attempts], interval '6 hours');

-- Worker: what became of it: sent, retry, failed, or away when there was no server, which is no attempt. Sent mail has told the person:
-- the ten-day clock starts again, a receipt becomes an acknowledgement.
-- Writes: deliveries, outbox, intakes, updates, notices. Locks: the message, then the intake.
create or replace function outbox_done(in_id uuid, in_outcome text, in_smtp_code int default null) returns void language plpgsql as $$
declare
    message outbox;
    intake intakes;
    moot text;
    is_away boolean := in_outcome = 'away';
    is_over boolean;
begin
    perform set_config('app.role', 'worker', true);
    select * into message from outbox o where o.id = in_id for no key update;
    -- Somebody else has recorded it after the lease ran out, or it never was taken.
    if message.state is distinct from 'sending' then
        return;
    end if;
    if not is_away then
        insert into deliveries (outbox_id, attempt, at, outcome, smtp_code)
        values (in_id, message.attempts, app_now(), in_outcome, in_smtp_code);
    end if;
    is_over := in_outcome = 'failed' or in_outcome = 'retry' and outbox_is_last(message.attempts);
    -- What ended while it was on its way is neither tried again nor anybody's to call. The lock waits for an ending under way.
    if in_outcome <> 'sent' then
        select * into intake from intakes i where i.id = message.intake_id for share;
        moot := outbox_moot(message, (select p.status from participants p where p.id = message.participant_id), intake);
    end if;
    update outbox o set
        state = case
            when in_outcome = 'sent' then 'sent' when moot is not null then 'cancelled' when is_over then 'failed' else 'queued' end,
        reason = coalesce(moot, case when is_over then case in_outcome when 'failed' then 'refused' else 'not_delivered' end end),
        attempts = o.attempts - is_away::int,
        due_at = case in_outcome
            when 'retry' then app_now() + outbox_pause(message.attempts)
            -- Longer than the worker's own pause: what met no server is not alone in finding out whether there is one again.
            when 'away' then app_now() + case o.kind when 'notice_now' then interval '10 seconds' else interval '1 minute' end
            else o.due_at end,
        lease_until = null,
        changed_at = app_now()
    where o.id = in_id;
    if in_outcome = 'sent' then
        perform outbox_follow_sent(message);
    elsif is_over and moot is null then
        perform outbox_tell_unreached(message);
    end if;
end $$;

-- The message has left, whatever comes of this: it is not to leave again because what follows from it cannot be written.
create or replace function outbox_follow_sent(in_message outbox) returns void language plpgsql as $$
begin
    perform outbox_sent(in_message);
exception when others then
    if job_is_met(sqlstate) then
        raise;
    end if;
    perform job_set_aside('sent', in_message.id, sqlstate);
end $$;

create or replace function outbox_sent(in_message outbox) returns void language plpgsql as $$
begin
    perform audit('send', 'message', in_message.id, array[in_message.participant_id]);
    if in_message.kind = 'acknowledgement' then
        update intakes i set state = 'acknowledged', acknowledged_at = app_now(), version = i.version + 1
        where i.id = in_message.intake_id and i.state = 'form_returned';
    end if;
    update updates u set told_at = app_now() where u.outbox_id = in_message.id and u.told_at is null;
    perform intake_told(in_message.intake_id, app_now());
end $$;

create or replace trigger peer_changes_only before update on outbox for each row execute function peer_changes_only(
    'state', 'reason', 'changed_at', 'due_at', 'attempts');

create or replace trigger append_only before update or delete on deliveries for each row execute function refuse_change();
