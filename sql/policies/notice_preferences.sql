-- SPDX-License-Identifier: MIT
-- One's own, of the staff.

grant select, insert, update on notice_preferences to alongside_api;
create policy api_keeps on notice_preferences to alongside_api
    using (account_id = (select actor_account_id()) and (select actor_role()) not in ('peer', 'line'));
grant select on notice_preferences_json to alongside_api;

grant select on notice_preferences to alongside_duty, alongside_worker;
create policy others_read on notice_preferences for select to alongside_duty, alongside_worker using (true);
