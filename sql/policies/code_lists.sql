-- SPDX-License-Identifier: MIT
-- What everybody may read, and the administrator keeps: holidays, documents. Help lines and code lists come with the installation.

grant select on code_lists to alongside_api, alongside_worker, alongside_definer;
create policy everybody_reads on code_lists for select using (true);
grant select on code_lists to alongside_definer;
