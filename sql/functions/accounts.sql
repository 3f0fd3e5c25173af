-- SPDX-License-Identifier: MIT
-- Accounts: who may come in.

-- Whose sign-in somebody has who is opened here: the issuer of the token that asks, since nobody comes in with another's.
create or replace function account_issuer(in_identity jsonb) returns text language plpgsql stable as $$
begin
    if in_identity->>'issuer' <> current_setting('app.issuer') then
        perform problem_field('identity/issuer', 'other-issuer');
    end if;
    return current_setting('app.issuer');
end $$;

-- Whether somebody can be put in charge.
create or replace function account_may_coordinate(in_account_id uuid) returns boolean language plpgsql stable as $$
begin
    return exists (select from accounts a where a.id = in_account_id and a.role = 'coordinator' and a.is_active);
end $$;

-- Whether an account is one of the staff's; asked for what a coordinator names.
create or replace function account_is_staff(in_account_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return actor_role() = 'coordinator' and exists (select from accounts a where a.id = in_account_id and a.role <> 'peer');
end $$;
