-- SPDX-License-Identifier: MIT
-- A coordinator plans the sessions of every group but those in which they are a peer themselves (I13); a host reads those of groups they
-- lead (A6.8). Peers see theirs through their enrolments.

grant select, insert, update on sessions to alongside_api;
create policy api_reads on sessions for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then true
        when 'peer_supporter' then cohort_id = any ((select actor_cohort_ids())::uuid[])
        when 'mental_health_professional' then cohort_id = any ((select actor_cohort_ids())::uuid[])
        else false end
    and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
-- A whole series comes at once: whose groups are one's own is looked up once for it.
create policy api_adds on sessions for insert to alongside_api with check (
    actor_role() = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]) and state = 'scheduled');
create policy api_changes on sessions for update to alongside_api using (
    (select actor_role()) = 'coordinator' and cohort_id <> all ((select actor_own_cohort_ids())::uuid[]));
grant select on sessions_json to alongside_api;

-- session_rederive(), after new zone data (A5.2).
grant select, update (starts_at, calendar_sequence, calendar_changed_at, changed_at, version) on sessions to alongside_worker;
create policy worker_rederives on sessions to alongside_worker using (true);
grant select, update (state, started_at, ended_at, topic_codes, topic_en, topic_fr, join_link, changed_at, version) on sessions
to alongside_sessions;
create policy sessions_run on sessions to alongside_sessions using (true);
-- A place is taken under the session's lock, which is a right to change it.
grant select, update (version) on sessions to alongside_seats;
create policy seats_lock on sessions to alongside_seats using (true) with check (false);
grant select on sessions to alongside_conflicts, alongside_desk, alongside_duty;
create policy others_read on sessions for select to alongside_conflicts, alongside_desk, alongside_duty using (true);
