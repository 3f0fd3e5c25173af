-- SPDX-License-Identifier: MIT
-- Nobody's but sign_in_code_bind()'s.

grant select, insert, update, delete on sign_in_attempts to alongside_desk;
create policy desk_counts on sign_in_attempts to alongside_desk using (true);
