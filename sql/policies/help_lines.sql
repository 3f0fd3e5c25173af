-- SPDX-License-Identifier: MIT
-- What everybody may read, and the administrator keeps: holidays, documents. Help lines and code lists come with the installation.

grant select on help_lines to alongside_api, alongside_worker, alongside_definer;
create policy everybody_reads on help_lines for select using (true);
