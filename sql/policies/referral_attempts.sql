-- SPDX-License-Identifier: MIT
-- R5: every coordinator sees every referral, so that none waits for one person. The line sees its own, through its view.
-- (select actor_role() = …) is one boolean for the planner, taken as likely; (select actor_role()) = … it would take as rare, and
-- prefer to sort everything where it can read a page in order.

grant select, insert on referral_attempts to alongside_api;
create policy coordinator_reads on referral_attempts for select to alongside_api using ((select actor_role() = 'coordinator'));
create policy coordinator_records on referral_attempts for insert to alongside_api with check (
    (select actor_role() = 'coordinator') and recorded_by = (select actor_account_id()));
grant select on referral_attempts_json to alongside_api;
