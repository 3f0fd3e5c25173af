-- SPDX-License-Identifier: MIT
-- Everybody reads the codes and their words; they come with the installation. An administrator adds codes to the lists that are open and
-- corrects their words; nobody removes one, or changes what it stands for.

grant select, insert (id, list, code, position, label_en, label_fr), update (position, label_en, label_fr, is_retired, version)
on code_lists to alongside_api;
grant select on code_lists to alongside_worker, alongside_sessions;
create policy all_read on code_lists for select using (true);
create policy api_adds on code_lists for insert to alongside_api with check (actor_role() = 'administrator' and code_list_is_open(list));
create policy api_changes on code_lists for update to alongside_api using (
    (select actor_role()) = 'administrator' and code_list_is_open(list));
grant select on codes_json to alongside_api;
