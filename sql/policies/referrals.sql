-- SPDX-License-Identifier: MIT
-- R5: every coordinator sees every referral, so that none waits for one person. The line sees its own, through its view.
-- (select actor_role() = …) is one boolean for the planner, taken as likely; (select actor_role()) = … it would take as rare, and
-- prefer to sort everything where it can read a page in order.

grant select, insert, update on referrals to alongside_api;
create policy coordinator_reads on referrals for select to alongside_api using ((select actor_role() = 'coordinator'));
create policy coordinator_writes on referrals for update to alongside_api
    using ((select actor_role() = 'coordinator')) with check ((select actor_role() = 'coordinator'));
create policy coordinator_records on referrals for insert to alongside_api with check (
    (select actor_role() = 'coordinator') and client_account_id is null and recorded_by = (select actor_account_id()));
create policy line_reads_own on referrals for select to alongside_api using (
    (select actor_role() = 'line') and client_account_id = (select actor_account_id()));
create policy line_refers on referrals for insert to alongside_api with check (
    (select actor_role() = 'line') and client_account_id = (select actor_account_id())
    and recorded_by = (select actor_account_id()) and state = 'received');
grant select on referrals_json to alongside_api;
