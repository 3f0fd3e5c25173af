-- SPDX-License-Identifier: MIT
-- Mail about seats and sessions. It belongs to an enrolment, and leaves only while that still is as the mail says (R17). Nobody is
-- notified of it: those who do commit one after the other, everybody who takes a seat would stand in that line, and the worker looks
-- every second.

create or replace function seat_mail(in_enrolment enrolments, in_kind text, in_values jsonb default '{}') returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    if exists (
        select from outbox o
        where o.enrolment_id = in_enrolment.id and o.kind = in_kind and o.data = in_values and o.state = 'queued')
    then
        return;
    end if;
    insert into outbox (kind, participant_id, enrolment_id, data, due_at, created_at, changed_at)
    values (in_kind, in_enrolment.participant_id, in_enrolment.id, in_values, app_now(), app_now(), app_now());
end
$$;
-- What has not gone out. A message that is locked is on its way to the worker, who asks again: nobody waits for it here.
create or replace function seat_mail_cancel(in_enrolment_id uuid, in_reason text) returns void
language plpgsql
set search_path = alongside, pg_catalog
as $$
begin
    update outbox o set state = 'cancelled', reason = in_reason, changed_at = app_now()
    where o.id in (
        select m.id from outbox m
        where m.enrolment_id = in_enrolment_id and m.state in ('queued', 'held', 'failed') for update skip locked);
end
$$;

-- A change of sessions or of the group, to everybody who holds a confirmed seat, also people whom this coordinator does not see.
create or replace function group_notify(in_group_id uuid, in_kind text, in_values jsonb default '{}') returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    perform require_role('coordinator', 'worker');
    perform seat_mail(e, in_kind, in_values)
    from enrolments e
    where e.group_id = in_group_id and e.is_seated and in_group_id <> all (actor_own_group_ids());
end
$$;
alter function group_notify(uuid, text, jsonb) owner to alongside_definer;

-- Why a message about a seat may not leave any more; null = it may.
create or replace function seat_mail_verdict(in_message outbox) returns text
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
begin
    select * into enrolment from enrolments e where e.id = in_message.enrolment_id;
    return case
        when enrolment.state = 'withdrawn' then 'withdrawn'
        when not case in_message.kind
            when 'seat_offered' then enrolment.state = 'offered' and enrolment.offer_expires_at > app_now()
            when 'group_cancelled' then enrolment.is_seated or enrolment.removal_reason = 'group_cancelled'
            when 'seat_released' then enrolment.state = 'removed'
            else enrolment.is_seated end then 'superseded'
        when in_message.kind in ('session_changed', 'session_cancelled') and exists (
            select from sessions s
            where s.id = (in_message.data->>'session_id')::uuid
                and (session_ends_at(s) <= app_now() or (s.state = 'cancelled') <> (in_message.kind = 'session_cancelled')))
        then 'superseded' end;
end
$$;
alter function seat_mail_verdict(outbox) owner to alongside_definer;

-- R8: local time, zone and offset; and, where the person lives by another clock, theirs.
create or replace function session_text(in_session sessions, in_zone text, in_language text) returns text stable language sql
begin atomic
    select moment_text(in_session.local_start, in_session.timezone, utc_offset(in_session.local_start, in_session.starts_at), in_language)
        || coalesce((
            select e'\n    = ' || moment_text(o.local, in_zone, utc_offset(o.local, in_session.starts_at), in_language)
            from (select in_session.starts_at at time zone in_zone as local) o
            where in_zone <> in_session.timezone and o.local <> in_session.local_start), '');
end;
-- {when} of a message about a seat: the hour until which it is kept, the one session that changed, or all that are not over.
create or replace function seat_mail_when(in_message outbox, in_zone text, in_language text) returns text
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
declare
    enrolment enrolments;
    zone text := coalesce(in_zone, 'America/Toronto');
    local timestamp;
begin
    select * into enrolment from enrolments e where e.id = in_message.enrolment_id;
    if in_message.kind = 'seat_offered' then
        local := enrolment.offer_expires_at at time zone zone;
        return moment_text(local, zone, utc_offset(local, enrolment.offer_expires_at), in_language);
    end if;
    return (
        select string_agg(session_text(s, in_zone, in_language), e'\n' order by s.starts_at, s.seq)
        from sessions s
        where s.group_id = enrolment.group_id and case
            when in_message.kind in ('session_changed', 'session_cancelled') and in_message.data ? 'session_id'
            then s.id = (in_message.data->>'session_id')::uuid
            else s.state in ('scheduled', 'in_progress') and session_ends_at(s) > app_now() end);
end
$$;
alter function seat_mail_when(outbox, text, text) owner to alongside_definer;
