-- SPDX-License-Identifier: MIT
-- Nothing about anybody; migrations alone write it.

grant select on notice_kinds to alongside_api, alongside_duty;
create policy everybody_reads on notice_kinds for select to alongside_api, alongside_duty using (true);
