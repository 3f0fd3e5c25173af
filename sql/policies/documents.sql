-- SPDX-License-Identifier: MIT
-- Everybody reads the documents, signed in or not; the administrator publishes, in their own name. None is changed or removed (R10).

grant select, insert on documents to alongside_api;
grant select on documents to alongside_worker, alongside_seats, alongside_sessions, alongside_desk;
create policy all_read on documents for select using (true);
create policy api_adds on documents for insert to alongside_api with check (
    actor_role() = 'administrator' and published_by = actor_account_id());
grant select on documents_json to alongside_api;
grant select on documents_current to alongside_api, alongside_worker, alongside_seats, alongside_sessions;
