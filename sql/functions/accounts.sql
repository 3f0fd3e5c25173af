-- SPDX-License-Identifier: MIT
-- Accounts: who may come in.

-- Whether an account is one of the staff's; asked for what a coordinator names.
create or replace function account_is_staff(in_account_id uuid) returns boolean language plpgsql stable security definer as $$
begin
    return actor_role() = 'coordinator' and exists (select from accounts a where a.id = in_account_id and a.role <> 'peer');
end $$;

-- Somebody of the staff has a login as a peer: it was known by the token, or they said so.
create or replace function conflict_login_known() returns trigger language plpgsql security definer as $$
begin
    perform conflict_record(array(
        select e.cohort_id from conflict_selves(array[new.id]) s join enrolments e on e.participant_id = s.id));
    return null;
end $$;
create or replace trigger conflict_login_known after insert on accounts
    for each row when (new.role in ('peer_supporter', 'mental_health_professional')) execute function conflict_login_known();
