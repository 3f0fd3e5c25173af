-- SPDX-License-Identifier: MIT
-- Who was there when a session started: a host their own, a coordinator those of groups that are not their own (I13). Written with the
-- start.

grant select on session_presences to alongside_api;
create policy api_reads on session_presences for select to alongside_api using (
    account_id = (select actor_account_id())
    or case (select actor_role()) when 'coordinator' then exists (select from sessions s where s.id = session_id) else false end);

grant select, insert on session_presences to alongside_sessions;
grant select on session_presences to alongside_duty;
create policy duty_reads on session_presences for select to alongside_duty using (true);
create policy sessions_record on session_presences to alongside_sessions using (true);
