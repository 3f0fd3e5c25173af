-- SPDX-License-Identifier: MIT
-- R5: every coordinator sees every referral, so that none waits for one person. The line refers, and sees its own.

grant select, insert, update on referrals to alongside_api;
-- case, also where one role is meant: the planner takes (select actor_role()) = … as rare, and would sort everything where it can read
-- a page in order.
create policy api_reads on referrals for select to alongside_api using (
    case (select actor_role())
        when 'coordinator' then true
        when 'line' then client_account_id = (select actor_account_id())
        else false end);
create policy api_adds on referrals for insert to alongside_api with check (
    recorded_by = actor_account_id()
    and case actor_role()
        when 'coordinator' then client_account_id is null
        when 'line' then client_account_id = actor_account_id() and state = 'received'
        else false end);
create policy api_changes on referrals for update to alongside_api using ((select actor_role()) = 'coordinator');
grant select on referrals_json to alongside_api;

grant select (id, coordinator_id, closed_at, version), update (coordinator_id, updated_at, version) on referrals to alongside_desk;
grant select (id, state, urgent, coordinator_id, created_at, reply_due, reply_breach) on referrals to alongside_duty;
create policy duty_reads on referrals for select to alongside_duty using (true);
create policy desk_hands_over on referrals to alongside_desk using (true);
