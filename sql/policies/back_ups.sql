-- SPDX-License-Identifier: MIT
-- Coordinators name their back-up or a colleague's, the administrator as well, each in their own name (decision 22).

grant select, insert, update on back_ups to alongside_api;
create policy api_keeps on back_ups to alongside_api
    using ((select actor_role()) in ('coordinator', 'administrator'))
    with check ((select actor_role()) in ('coordinator', 'administrator') and named_by = (select actor_account_id()));

grant select on back_ups to alongside_desk;
create policy desk_reads on back_ups for select to alongside_desk using (true);
