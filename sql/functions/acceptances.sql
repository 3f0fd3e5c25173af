-- SPDX-License-Identifier: MIT
-- What a participant has accepted, document by document, and taken back.

-- Append-only, but for saying that it no longer holds.
create or replace function acceptance_guard() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.withdrawn_at is not null or new.withdrawn_at is null
        or (to_jsonb(new) - 'withdrawn_at') <> (to_jsonb(old) - 'withdrawn_at')
    then
        raise exception 'acceptances are append-only' using errcode = '42501';
    end if;
    return new;
end $$;
create or replace trigger append_only before update or delete on acceptances for each row execute function acceptance_guard();

create or replace view acceptances_json with (security_invoker = true) as
select a.id, a.participant_id, a.accepted_at, json_build_object(
    'id', a.id,
    'participant_id', a.participant_id,
    'document_id', a.document_id,
    'kind', d.kind,
    'number', d.number,
    'language_read', a.language_read,
    'accepted_at', utc(a.accepted_at),
    'withdrawn_at', utc(a.withdrawn_at)) as body,
    case when a.withdrawn_at is null then 1 else 2 end as version
from acceptances a join documents d on d.id = a.document_id;

create or replace function acceptance_respond(in_status int, in_id uuid) returns response language plpgsql as $$
begin
    return (
        select respond(in_status, a.body, case when in_status = 201 then '/v1/acceptances/' || a.id end, a.version)
        from acceptances_json a where a.id = in_id);
end $$;

-- Only the peer, only the version in force, in the language it was read in.
-- Writes: acceptances, and what the intake writes that goes on. Locks: the person, then their intakes.
create or replace function acceptances_create(in_participant_id uuid, in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    document uuid := (in_body->>'document_id')::uuid;
begin
    perform participant_lock(in_participant_id);
    if not exists (select from documents d where d.id = document) then
        perform problem_field('document_id', 'does-not-exist');
    elsif not exists (select from documents_current d where d.id = document) then
        perform problem_field('document_id', 'not-current');
    end if;
    insert into acceptances (id, participant_id, document_id, language_read, accepted_at)
    values (new_id, in_participant_id, document, in_body->>'language_read', app_now());
    perform audit('accept', 'document', document, array[in_participant_id], body_fields(in_body));
    perform intake_advance(in_participant_id);
    return acceptance_respond(201, new_id);
end $$;

create or replace function acceptances_withdraw(in_id uuid) returns response language plpgsql as $$
declare
    acceptance acceptances;
begin
    select * into acceptance from acceptances a where a.id = in_id for no key update;
    if not found then
        perform problem('not-found');
    end if;
    if acceptance.withdrawn_at is null then
        update acceptances a set withdrawn_at = app_now() where a.id = in_id;
        perform audit('withdraw', 'acceptance', in_id, array[acceptance.participant_id]);
    end if;
    return acceptance_respond(200, in_id);
end $$;
