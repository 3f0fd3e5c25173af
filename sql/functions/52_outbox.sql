-- SPDX-License-Identifier: MIT
-- Mail: put in with its cause, taken out by the worker, checked again at that moment.

create or replace function outbox_put(
    in_kind text, in_participant_id uuid, in_values jsonb default '{}', in_due_at timestamptz default null,
    in_intake_id uuid default null)
returns uuid
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
begin
    insert into outbox (id, kind, participant_id, intake_id, data, due_at, created_at, changed_at)
    values (new_id, in_kind, in_participant_id, in_intake_id, in_values, coalesce(in_due_at, app_now()), app_now(), app_now());
    perform pg_notify('outbox', '');
    return new_id;
end
$$;
-- What has not gone out yet never will. Returns how many.
create or replace function outbox_cancel(in_intake_id uuid, in_reason text, in_kinds text[] default null) returns int
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    cancelled int;
begin
    update outbox o set state = 'cancelled', reason = in_reason, changed_at = app_now()
    where o.intake_id = in_intake_id and o.state in ('queued', 'held', 'failed') and (in_kinds is null or o.kind = any (in_kinds));
    get diagnostics cancelled = row_count;
    return cancelled;
end
$$;
-- Nothing of theirs is under way or serves any more: notices that belong to no single intake stop as well.
create or replace function outbox_cancel_idle(in_participant_id uuid, in_reason text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    update outbox o set state = 'cancelled', reason = in_reason, changed_at = app_now()
    where o.participant_id = in_participant_id and o.intake_id is null and o.state in ('queued', 'held', 'failed') and not exists (
        select from intakes i where i.participant_id = in_participant_id and (i.is_open or i.valid_until > app_now()));
end
$$;
-- The person heard it by voice: what could not be sent is settled, of their places as well, and so is a queued word on how things
-- stand.
create or replace function outbox_told(in_intake_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    update outbox o set state = 'cancelled', reason = 'told', changed_at = app_now()
    where o.intake_id = in_intake_id
        and (o.state in ('held', 'failed') or o.state = 'queued' and o.kind = 'status_update')
        or o.enrolment_id is not null and o.state in ('held', 'failed')
            and o.participant_id = (select i.participant_id from intakes i where i.id = in_intake_id);
end
$$;
-- The rules changed: what they held is tried again.
create or replace function outbox_release(in_participant_id uuid) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    update outbox o set state = 'queued', reason = null, due_at = app_now(), attempts = 0, changed_at = app_now()
    where o.participant_id = in_participant_id and o.state in ('held', 'failed');
    if found then
        perform pg_notify('outbox', '');
    end if;
end
$$;

create or replace view held_messages_json with (security_invoker = true) as
select o.id, o.participant_id, o.changed_at, json_build_object(
    'id', o.id,
    'kind', o.kind,
    'participant_id', o.participant_id,
    'intake_id', o.intake_id,
    'enrolment_id', o.enrolment_id,
    'state', o.state,
    'reason', o.reason,
    'attempts', o.attempts,
    'since', utc(o.changed_at)) as body
from outbox o where o.state in ('held', 'failed');

create or replace function setting(in_key text) returns text stable language sql
begin atomic
    select coalesce(nullif(current_setting('app.' || in_key, true), ''), (select s.value from settings s where s.key = in_key));
end;

-- 'Thursday, November 26, 2026, 6:30 p.m.' / 'le jeudi 26 novembre 2026 à 18 h 30', then zone and offset (R8).
create or replace function moment_text(in_local timestamp, in_zone text, in_offset text, in_language text) returns text
immutable language sql
begin atomic
    select case in_language
        when 'fr' then format('le %s %s %s %s à %s h %s',
            (array['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'])[extract(isodow from in_local)::int],
            case extract(day from in_local) when 1 then '1er' else extract(day from in_local)::text end,
            (array['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre',
                'décembre'])[extract(month from in_local)::int],
            extract(year from in_local), extract(hour from in_local), to_char(in_local, 'MI'))
        else format('%s, %s %s, %s, %s',
            (array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'])[extract(isodow from in_local)::int],
            (array['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
                'December'])[extract(month from in_local)::int],
            extract(day from in_local), extract(year from in_local), to_char(in_local, 'FMHH12:MI p.m.'))
    end || format(' (%s, UTC%s)', in_zone, in_offset);
end;
-- The meeting in its own zone and, where the person lives by another clock, in theirs as well.
create or replace function meeting_text(in_intake intakes, in_zone text, in_language text) returns text stable language sql
begin atomic
    select string_agg(moment_text(m.local, m.zone, utc_offset(m.local, in_intake.meeting_starts_at), in_language), e'\n' order by m.place)
    from (
        select 1 as place, in_intake.meeting_timezone as zone, in_intake.meeting_local_start as local
        union all
        select 2, in_zone, in_intake.meeting_starts_at at time zone in_zone
        where in_zone is not null and in_zone <> in_intake.meeting_timezone
            and in_intake.meeting_starts_at at time zone in_zone <> in_intake.meeting_local_start) m;
end;

-- R17: why this message is not to leave any more; null = it still is. What is over, or has been overtaken, is not written about.
create or replace function outbox_moot(in_message outbox, in_status text, in_intake intakes) returns text
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
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
            select from intakes i cross join documents_missing(in_message.participant_id, i.track) d
            where i.participant_id = in_message.participant_id and (i.is_open or i.valid_until > app_now())) then 'superseded'
    end;
end
$$;
-- R3, R17: whether this message may leave at this moment. Null = yes; otherwise what it becomes, and why.
create or replace function outbox_verdict(
    in_message outbox, in_person participants, in_intake intakes, in_contact contacts, out state text, out reason text)
language plpgsql stable
set search_path = alongside, pg_catalog
as $$
begin
    reason := outbox_moot(in_message, in_person.status, in_intake);
    if reason is not null then
        state := 'cancelled';
        return;
    end if;
    reason := case
        when in_contact.email is null then 'no_email'
        when not in_contact.ok_to_email then 'email_not_ok'
        when coalesce(in_contact.email_is_government, false) and not in_contact.work_address_acknowledged then 'work_address'
        when unseal('contact.email', in_contact.email) is null then 'unreadable'
    end;
    state := case when reason is not null then 'held' end;
end
$$;

-- Worker: up to in_limit messages that may go out now, leased. Those that may not are settled on the way.
create or replace function outbox_take(in_limit int)
returns table (id uuid, to_mark text, subject text, body text, language text)
language plpgsql
set search_path = alongside, pg_catalog
as $$
#variable_conflict use_column
declare
    message outbox;
    person participants;
    intake intakes;
    contact contacts;
    verdict record;
begin
    perform set_config('app.role', 'worker', true);
    for message in
        select * from outbox o where o.state = 'queued' and o.due_at <= app_now()
        order by o.due_at, o.id limit greatest(in_limit, 100) for update skip locked
    loop
        exit when in_limit <= 0;
        select p.id, p.status, p.preferred_language, p.timezone
        into person.id, person.status, person.preferred_language, person.timezone
        from participants p where p.id = message.participant_id;
        select * into intake from intakes i where i.id = message.intake_id;
        select c.email, c.email_is_government, c.work_address_acknowledged, c.ok_to_email
        into contact.email, contact.email_is_government, contact.work_address_acknowledged, contact.ok_to_email
        from contacts c where c.participant_id = message.participant_id;
        verdict := outbox_verdict(message, person, intake, contact);
        if verdict.state is not null then
            update outbox o set state = verdict.state, reason = verdict.reason, changed_at = app_now() where o.id = message.id;
            continue;
        end if;
        update outbox o set
            state = 'sending', attempts = o.attempts + 1, lease_until = app_now() + interval '5 minutes', changed_at = app_now()
        where o.id = message.id;
        in_limit := in_limit - 1;
        return query
        select message.id, unseal('contact.email', contact.email),
            case person.preferred_language when 'fr' then t.subject_fr else t.subject_en end,
            replace(replace(
                case person.preferred_language when 'fr' then t.body_fr else t.body_en end,
                '{link}', setting('public_url')),
                '{when}', coalesce(case
                    when message.enrolment_id is null then meeting_text(intake, person.timezone, person.preferred_language)
                    else seat_mail_when(message, person.timezone, person.preferred_language) end, '')),
            person.preferred_language
        from mail_templates t where t.kind = message.kind;
    end loop;
end
$$;

-- 1, 5, 30 minutes, 2 hours, then every 6; the eighth failure is the last.
create or replace function outbox_pause(in_attempts int) returns interval immutable language sql
begin atomic
    select coalesce((array[
        interval '1 minute', interval '5 minutes', interval '30 minutes', interval '2 hours'])[in_attempts], interval '6 hours');
end;

-- Worker: what became of it. Sent mail has told the person: the ten-day clock starts again, a receipt becomes an acknowledgement.
create or replace function outbox_done(in_id uuid, in_outcome text, in_smtp_code int default null) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    message outbox;
    intake intakes;
    moot text;
    is_over boolean;
begin
    perform set_config('app.role', 'worker', true);
    select * into message from outbox o where o.id = in_id for update;
    -- Somebody else has recorded it after the lease ran out, or it never was taken.
    if message.state is distinct from 'sending' then
        return;
    end if;
    insert into deliveries (outbox_id, attempt, at, outcome, smtp_code)
    values (in_id, message.attempts, app_now(), in_outcome, in_smtp_code);
    is_over := in_outcome = 'failed' or in_outcome = 'retry' and message.attempts >= 8;
    -- What ended while it was on its way is neither tried again nor anybody's to call. The lock waits for an ending under way.
    if in_outcome <> 'sent' then
        select * into intake from intakes i where i.id = message.intake_id for share;
        moot := outbox_moot(message, (select p.status from participants p where p.id = message.participant_id), intake);
    end if;
    update outbox o set
        state = case when in_outcome = 'sent' then 'sent' when moot is not null then 'cancelled' when is_over then 'failed' else 'queued' end,
        reason = coalesce(moot, case when is_over then case in_outcome when 'failed' then 'refused' else 'not_delivered' end end),
        due_at = case when in_outcome = 'retry' then app_now() + outbox_pause(message.attempts) else o.due_at end,
        lease_until = null,
        changed_at = app_now()
    where o.id = in_id;
    if in_outcome = 'sent' then
        perform outbox_sent(message);
    end if;
end
$$;
create or replace function outbox_sent(in_message outbox) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform audit('send', 'message', in_message.id, array[in_message.participant_id]);
    if in_message.kind = 'acknowledgement' then
        update intakes i set state = 'acknowledged', acknowledged_at = app_now(), version = i.version + 1
        where i.id = in_message.intake_id and i.state = 'form_returned';
    end if;
    update status_updates u set told_at = app_now() where u.outbox_id = in_message.id and u.told_at is null;
    perform intake_told(in_message.intake_id, app_now());
end
$$;

-- Worker, each round: what became due by itself. Numbers for whoever watches.
create or replace function jobs_run(
    out idempotency_expired bigint, out audit_linked bigint, out leases_released bigint, out updates_overdue bigint)
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    perform set_config('app.role', 'worker', true);
    with expired as (
        delete from idempotency_keys k using (
            select account_id, operation, key from idempotency_keys
            where created_at < app_now() - interval '24 hours' limit 1000) old
        where (k.account_id, k.operation, k.key) = (old.account_id, old.operation, old.key) returning 1)
    select count(*) into idempotency_expired from expired;
    -- Whoever took it is gone. The message may have left: at least once.
    with released as (
        update outbox o set
            state = case when o.attempts >= 8 then 'failed' else 'queued' end,
            reason = case when o.attempts >= 8 then 'not_delivered' end,
            lease_until = null, due_at = app_now(), changed_at = app_now()
        where o.state = 'sending' and o.lease_until < app_now() returning 1)
    select count(*) into leases_released from released;
    select count(*) into updates_overdue from intakes i where i.update_due_at < app_now();
    audit_linked := audit_link();
    -- Last, so that no group stays locked longer than its own seats need.
    perform enrolments_expire();
end
$$;
