-- SPDX-License-Identifier: MIT
-- Documents by version. A version never changes; the newest of a kind is the current one.

create or replace view current_documents with (security_invoker = true) as
select distinct on (d.kind) d.* from documents d order by d.kind, d.number desc;

create or replace view documents_json with (security_invoker = true) as
select d.id, d.kind, d.number, json_build_object(
    'id', d.id,
    'kind', d.kind,
    'number', d.number,
    'title', localized(d.title_en, d.title_fr),
    'body', localized(d.body_en, d.body_fr),
    'sha256', d.sha256,
    'published_at', utc(d.published_at)) as body
from documents d;

-- The four texts, each followed by a line feed, in UTF-8: anybody can check what was accepted.
create or replace function document_sha256(in_title_en text, in_body_en text, in_title_fr text, in_body_fr text)
returns text immutable language sql
begin atomic
    select encode(sha256(convert_to(in_title_en || e'\n' || in_body_en || e'\n' || in_title_fr || e'\n' || in_body_fr || e'\n', 'UTF8')), 'hex');
end;

create or replace function documents_create(in_body jsonb) returns response
language plpgsql
set search_path = alongside, pg_catalog
as $$
declare
    new_id uuid := gen_random_uuid();
    current documents;
    digest text := document_sha256(
        in_body#>>'{title,en}', in_body#>>'{body,en}', in_body#>>'{title,fr}', in_body#>>'{body,fr}');
begin
    -- One publication of a kind at a time: numbers have no holes.
    perform pg_advisory_xact_lock(hashtext('alongside.documents.' || (in_body->>'kind')));
    select * into current from documents d where d.kind = in_body->>'kind' order by d.number desc limit 1;
    -- R10: nobody is asked again for a text that did not change.
    if current.sha256 = digest then
        perform problem('conflict', jsonb_build_object('reason', 'unchanged', 'document_id', current.id));
    end if;
    insert into documents (id, kind, number, title_en, title_fr, body_en, body_fr, sha256, published_at, published_by)
    values (
        new_id, in_body->>'kind', coalesce(current.number, 0) + 1, in_body#>>'{title,en}', in_body#>>'{title,fr}',
        in_body#>>'{body,en}', in_body#>>'{body,fr}', digest, app_now(), actor_account_id());
    perform audit('create', 'document', new_id, in_fields => body_fields(in_body));
    perform documents_announce(new_id);
    return (select respond(201, d.body, '/v1/documents/' || d.id, 1) from documents_json d where d.id = new_id);
end
$$;
