-- SPDX-License-Identifier: MIT
-- A peer and a host: what they declared themselves, and nothing about what it met. A coordinator: what is about people they see, never
-- about themselves or somebody they are excluded from (I13). Matches are made by the definer's triggers and by nobody else.

grant insert on exclusions to alongside_definer;
create policy definer_excludes on exclusions for insert to alongside_definer with check (reason = 'asked_by_peer');
grant select on exclusions to alongside_definer;
create policy definer_reads on exclusions for select to alongside_definer using (true);
-- One's own exclusions must be visible to oneself, or the policies above could not honour them; lifting them is for others.
grant select, insert, delete on exclusions to alongside_api;
create policy coordinator_reads on exclusions for select to alongside_api using (
    account_id = (select actor_account_id())
    or (select actor_role()) = 'coordinator' and participant_is_seen(participant_id));
create policy coordinator_excludes on exclusions for insert to alongside_api with check (
    (select actor_role()) = 'coordinator' and created_by = (select actor_account_id()) and participant_is_seen(participant_id));
create policy coordinator_lifts on exclusions for delete to alongside_api using (
    (select actor_role()) = 'coordinator' and participant_is_seen(participant_id));

grant select on exclusions_json to alongside_api;
