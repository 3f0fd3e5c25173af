-- SPDX-License-Identifier: MIT
-- What everybody may read, and the administrator keeps: holidays, documents. Help lines and code lists come with the installation.

grant select, insert on documents to alongside_api;
grant select on documents to alongside_worker, alongside_definer;
create policy everybody_reads on documents for select using (true);
create policy administrator_publishes on documents for insert to alongside_api with check (
    (select actor_role()) = 'administrator' and published_by = (select actor_account_id()));
grant select on documents_json to alongside_api, alongside_worker, alongside_definer;
grant select on documents_current to alongside_api, alongside_worker, alongside_definer;
