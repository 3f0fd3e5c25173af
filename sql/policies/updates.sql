-- SPDX-License-Identifier: MIT
-- Each time somebody was told how things stand (S1.35): read by whoever sees the person, written by a coordinator in their own name.

grant select, insert on updates to alongside_api;
create policy api_reads on updates for select to alongside_api
    using (exists (select from participants p where p.id = updates.participant_id));
create policy api_adds on updates for insert to alongside_api with check (
    actor_role() = 'coordinator' and recorded_by = actor_account_id() and participant_is_seen(participant_id));
grant select on updates_json to alongside_api;

grant select, update (told_at) on updates to alongside_worker;
create policy worker_tells on updates to alongside_worker using (true);
