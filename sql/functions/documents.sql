-- SPDX-License-Identifier: MIT
-- What everybody reads and accepts, by version.

create or replace view documents_current with (security_invoker = true) as
select distinct on (d.kind) d.* from documents d order by d.kind, d.number desc;

create or replace view documents_json with (security_invoker = true) as
select d.id, d.kind, d.number, row_to_json(members) as body
from documents d
cross join lateral (select
    d.id,
    d.kind,
    d.number,
    localized(d.title_en, d.title_fr) as title,
    localized(d.body_en, d.body_fr) as body,
    d.sha256,
    utc(d.published_at) as published_at) members;

-- The four texts, each followed by a line feed, in UTF-8: anybody can check what was accepted.
create or replace function document_sha256(in_title_en text, in_body_en text, in_title_fr text, in_body_fr text)
returns text immutable language sql
return encode(sha256(convert_to(
    in_title_en || e'\n' || in_body_en || e'\n' || in_title_fr || e'\n' || in_body_fr || e'\n', 'UTF8')), 'hex');

-- Required documents whose current version the person has not accepted. in_needed_for null = for any step.
create or replace function document_kinds_missing(in_participant_id uuid, in_track text, in_needed_for text default null)
returns table (kind text, document_id uuid, "position" int) stable language sql
begin atomic
    select t.kind, d.id, t.position
    from track_documents t left join documents_current d on d.kind = t.kind
    where t.track = in_track and t.needed_for = coalesce(in_needed_for, t.needed_for) and not exists (
        select from acceptances a
        where a.participant_id = in_participant_id and a.document_id = d.id and a.withdrawn_at is null)
    order by t.position;
end;

-- Whoever accepted an earlier version, and whom it still concerns, is written to once.
create or replace function document_announce(in_document_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('administrator');
    insert into outbox (kind, participant_id, due_at, created_at, changed_at)
    select distinct 'document_changed', a.participant_id, app_now(), app_now(), app_now()
    from documents d
    join documents earlier on earlier.kind = d.kind and earlier.number < d.number
    join acceptances a on a.document_id = earlier.id and a.withdrawn_at is null
    join track_documents t on t.kind = d.kind
    join intakes i on i.participant_id = a.participant_id and i.track = t.track and (i.is_open or i.valid_until > app_now())
    where d.id = in_document_id and not exists (
        select from outbox o
        where o.participant_id = a.participant_id and o.kind = 'document_changed' and o.state in ('queued', 'held'));
    perform pg_notify('outbox', '');
end $$;

-- Writes: documents, outbox. Locks: the kind, so that one is published at a time and numbers have no holes.
create or replace function documents_create(in_body jsonb) returns response language plpgsql as $$
declare
    new_id uuid := gen_random_uuid();
    current_document documents;
    digest text := document_sha256(
        in_body#>>'{title,en}', in_body#>>'{body,en}', in_body#>>'{title,fr}', in_body#>>'{body,fr}');
begin
    perform pg_advisory_xact_lock(hashtext('alongside.documents.' || (in_body->>'kind')));
    select * into current_document from documents_current d where d.kind = in_body->>'kind';
    -- R10: nobody is asked again for a text that did not change.
    if current_document.sha256 = digest then
        perform conflict('unchanged', jsonb_build_object('document_id', current_document.id));
    end if;
    insert into documents (id, kind, number, title_en, title_fr, body_en, body_fr, sha256, published_at, published_by)
    values (
        new_id, in_body->>'kind', coalesce(current_document.number, 0) + 1, in_body#>>'{title,en}', in_body#>>'{title,fr}',
        in_body#>>'{body,en}', in_body#>>'{body,fr}', digest, app_now(), actor_account_id());
    perform audit('create', 'document', new_id, in_fields => body_fields(in_body));
    perform document_announce(new_id);
    return (select respond(201, d.body, '/v1/documents/' || d.id, 1) from documents_json d where d.id = new_id);
end $$;

-- What was accepted must stay what was read.
create or replace trigger append_only before update or delete on documents for each row execute function refuse_change();
