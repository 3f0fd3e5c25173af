-- SPDX-License-Identifier: MIT
-- A peer and a host: what they declared themselves, and nothing about what it met. A coordinator: what is about people they see, never
-- about themselves or somebody they are excluded from (I13). Matches are made by the definer's triggers and by nobody else.

grant select (name_digest) on staff to alongside_definer;
grant select (id, alias, languages, employer) on staff to alongside_definer;
-- Only through staff_alias().
grant select (id, alias) on staff to alongside_definer;
create policy definer_reads on staff for select to alongside_definer using (true);
grant select, insert, update on staff to alongside_api;
create policy administrator_all on staff to alongside_api
    using ((select actor_role()) = 'administrator') with check ((select actor_role()) = 'administrator');
grant select on staff_json to alongside_api;
