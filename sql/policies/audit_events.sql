-- SPDX-License-Identifier: MIT
-- Everybody's looks and changes are written down in their own name (A4, R14), and numbered by nobody: the chain goes by id and xid. The
-- administrator reads all but their own file's, and whom they are kept from (I13); a peer what is about them.

grant select, insert (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields, request_id)
on audit_events to alongside_api, alongside_worker, alongside_desk;
grant insert (at, account_id, role, operation, action, object_type, object_id, participant_ids, fields, request_id)
on audit_events to alongside_seats, alongside_conflicts, alongside_sessions;
create policy all_add on audit_events for insert
    to alongside_api, alongside_desk, alongside_seats, alongside_conflicts, alongside_sessions
    with check (account_id is not distinct from actor_account_id() and role = actor_role() and isfinite(at));
-- Jobs write in nobody's name, whoever they say they are.
create policy worker_adds on audit_events for insert to alongside_worker
    with check (account_id is null and role = 'worker' and isfinite(at));
create policy api_reads on audit_events for select to alongside_api using (
    case (select actor_role())
        when 'administrator' then not participant_ids && (select actor_hidden_ids())::uuid[]
        when 'peer' then participant_ids @> array[(select actor_participant_id())]
        else false end);
-- Jobs link all of it; audit_events_find() asks who acts.
create policy others_read on audit_events for select to alongside_worker, alongside_desk using (true);
