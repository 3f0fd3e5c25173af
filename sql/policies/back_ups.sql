-- SPDX-License-Identifier: MIT
-- Coordinators name their back-up, or that of a colleague whose regions they serve, the administrator anybody's, each in their own name
-- (decision 22).

grant select, insert, update on back_ups to alongside_api;
create policy api_reads on back_ups for select to alongside_api using ((select actor_role()) in ('coordinator', 'administrator'));
create policy api_adds on back_ups for insert to alongside_api with check (
    actor_role() in ('coordinator', 'administrator') and named_by = actor_account_id() and account_is_arranged(account_id));
create policy api_changes on back_ups for update to alongside_api
    using ((select actor_role()) in ('coordinator', 'administrator') and account_is_arranged(account_id))
    with check (named_by = (select actor_account_id()));

grant select on back_ups to alongside_desk;
create policy desk_reads on back_ups for select to alongside_desk using (true);
