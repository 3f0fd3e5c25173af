-- SPDX-License-Identifier: MIT
-- sign_in_code_bind() counts them; jobs end what is over.

grant select, insert on sign_in_attempts to alongside_desk;
create policy desk_counts on sign_in_attempts to alongside_desk using (true);
grant select (at), delete on sign_in_attempts to alongside_worker;
create policy worker_ends on sign_in_attempts to alongside_worker using (true);
