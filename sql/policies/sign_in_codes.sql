-- SPDX-License-Identifier: MIT
-- Whoever may write how somebody signs in makes a code: a coordinator for whom they serve (I13, R14), the administrator for the staff.
-- Nobody reads one: sign_in_code_bind() looks for the one that somebody names. Jobs end what is over.

grant insert on sign_in_codes to alongside_api;
create policy api_adds on sign_in_codes for insert to alongside_api with check (
    created_by = actor_account_id()
    and case actor_role()
        when 'coordinator' then exists (select from participants p where p.account_id = sign_in_codes.account_id)
        when 'administrator' then exists (select from accounts a where a.id = sign_in_codes.account_id and a.role <> 'peer')
        else false end);

grant select, update, delete on sign_in_codes to alongside_desk;
create policy desk_uses on sign_in_codes to alongside_desk using (true);
grant select (expires_at), delete on sign_in_codes to alongside_worker;
create policy worker_ends on sign_in_codes to alongside_worker using (true);
