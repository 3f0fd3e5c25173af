-- SPDX-License-Identifier: MIT
-- What everybody may read, and the administrator keeps: holidays, documents. Help lines and code lists come with the installation.

grant select, insert, update, delete on holidays to alongside_api;
grant select on holidays to alongside_worker, alongside_definer;
create policy everybody_reads on holidays for select using (true);
create policy administrator_adds on holidays for insert to alongside_api with check ((select actor_role()) = 'administrator');
create policy administrator_changes on holidays for update to alongside_api
    using ((select actor_role()) = 'administrator') with check ((select actor_role()) = 'administrator');
create policy administrator_removes on holidays for delete to alongside_api using ((select actor_role()) = 'administrator');
grant select on holidays_json to alongside_api, alongside_worker, alongside_definer;
grant select on holidays to alongside_definer;
