-- SPDX-License-Identifier: MIT
-- Each attempt to reach somebody: every coordinator reads them (R5), and records their own.

grant select, insert on referral_attempts to alongside_api;
create policy api_reads on referral_attempts for select to alongside_api using (
    case (select actor_role()) when 'coordinator' then true else false end);
create policy api_adds on referral_attempts for insert to alongside_api with check (
    actor_role() = 'coordinator' and recorded_by = actor_account_id());
grant select on referral_attempts_json to alongside_api;
