-- SPDX-License-Identifier: MIT
-- Membership itself is the secret (R2): the administrator keeps staff, a coordinator opens peers, neither sees the other's. Everybody
-- sees their own account; coordinators know each other, to hand work on.

grant select, insert, update on accounts to alongside_api;
create policy api_reads on accounts for select to alongside_api using (
    id = (select actor_account_id())
    or case (select actor_role())
        when 'administrator' then role <> 'peer'
        when 'coordinator' then role = 'coordinator'
        else false end);
create policy api_adds on accounts for insert to alongside_api with check (
    case actor_role()
        when 'administrator' then role <> 'peer'
        when 'coordinator' then role = 'peer'
        else false end);
create policy api_changes on accounts for update to alongside_api using ((select actor_role()) = 'administrator' and role <> 'peer');

grant select on accounts to alongside_worker;
-- Whoever is handed work stays meanwhile: a lock is a right to change. How a peer signs in is written by account_identify() and
-- sign_in_code_bind(), which ask who acts.
grant select, update (issuer, subject, wanted_subject, version) on accounts to alongside_desk;
grant select (id, issuer, subject, role, participant_id) on accounts to alongside_conflicts;
grant select (id, role, is_active, regions) on accounts to alongside_sessions;
grant select on accounts to alongside_duty;
create policy others_read on accounts for select
    to alongside_worker, alongside_conflicts, alongside_sessions, alongside_desk, alongside_duty using (true);
create policy desk_locks on accounts for update to alongside_desk using (true);
