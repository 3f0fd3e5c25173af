-- SPDX-License-Identifier: MIT
-- Coordinators say when they or a colleague of their regions are away, the administrator as well, each in their own name (decision 22);
-- others learn through coordinator_stand_in() who is there instead.

grant select, insert, delete on absences to alongside_api;
create policy api_keeps on absences to alongside_api
    using ((select actor_role()) in ('coordinator', 'administrator'))
    with check (
        (select actor_role()) in ('coordinator', 'administrator') and recorded_by = (select actor_account_id())
        and account_is_arranged(account_id));
grant select on absences_json to alongside_api;

grant select on absences to alongside_desk, alongside_duty;
create policy others_read on absences for select to alongside_desk, alongside_duty using (true);
