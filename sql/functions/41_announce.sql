-- SPDX-License-Identifier: MIT
-- A new version of a document: whoever accepted an earlier one, and is still under way or served, is asked for this one
-- acceptance again (decision 3). The administrator who publishes never learns who that is.
create or replace function documents_announce(in_document_id uuid) returns void
language plpgsql
security definer
set search_path = alongside, pg_catalog, pg_temp
as $$
begin
    if actor_role() <> 'administrator' then
        perform problem('forbidden');
    end if;
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
end
$$;
alter function documents_announce(uuid) owner to alongside_definer;
