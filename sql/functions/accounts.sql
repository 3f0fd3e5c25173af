-- SPDX-License-Identifier: MIT
-- Accounts: who may come in.

-- Whether an account is one of the staff's; asked for what a coordinator names.
create or replace function account_is_staff(in_account_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return actor_role() = 'coordinator' and exists (select from accounts a where a.id = in_account_id and a.role <> 'peer');
end $$;

