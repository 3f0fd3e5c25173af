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

-- How a participant signs in: for the coordinators who see them, and nobody else.
create or replace function account_identity(in_account_id uuid) returns json language plpgsql stable security definer as $$
begin
    return (
        select json_build_object('issuer', a.issuer, 'subject', coalesce(a.wanted_subject, a.subject))
        from accounts a where a.id = in_account_id and a.role = 'peer' and actor_role() = 'coordinator');
end $$;

-- Writes it, where a file is opened or the provider has made a login anew. Asked of a participant that the coordinator sees. Whether that
-- sign-in has a file already is not told (R2): it then stays with that one, and what was written is shown as it was written.
create or replace function account_identify(in_account_id uuid, in_identity jsonb) returns void language plpgsql security definer as $$
declare
    wanted text := in_identity->>'subject';
begin
    perform require_role('coordinator');
    perform sign_in_code_forget(in_account_id);
    update accounts a set
        issuer = account_issuer(in_identity), wanted_subject = coalesce(wanted, a.wanted_subject), version = a.version + 1
    where a.id = in_account_id and a.role = 'peer';
    begin
        update accounts a set subject = a.wanted_subject, wanted_subject = null
        where a.id = in_account_id and a.role = 'peer' and a.wanted_subject is not null;
    exception when unique_violation then
        null;
    end;
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

-- Of a coordinator who does not ask themselves, what context_enter() knows of one who does: where they serve, who does not exist for them,
-- in which groups they are or were a peer (I13, R14).
create or replace function account_keys_of_regions(in_regions text[]) returns text[] stable language sql
return case when in_regions = '{}' then region_keys() else '-'::text || in_regions end;

create or replace function account_region_keys(in_account_id uuid) returns text[] language plpgsql stable as $$
begin
    return (select account_keys_of_regions(a.regions::text[]) from accounts a where a.id = in_account_id);
end $$;

create or replace function account_own_ids(in_account_id uuid) returns uuid[] language plpgsql stable as $$
begin
    return array(
        select own.participant_id from accounts a
        join accounts own on own.issuer = a.issuer and own.subject = a.subject and own.role = 'peer'
        where a.id = in_account_id
        union all
        select x.participant_id from exclusions x where x.account_id = in_account_id and x.reason = 'own_case');
end $$;

create or replace function account_hidden_ids(in_account_id uuid) returns uuid[] language plpgsql stable as $$
begin
    return account_own_ids(in_account_id)
        || array(select x.participant_id from exclusions x where x.account_id = in_account_id);
end $$;

create or replace function account_own_cohort_ids(in_account_id uuid) returns uuid[] language plpgsql stable as $$
begin
    return array(
        select e.cohort_id from enrolments e
        where e.participant_id = any (account_own_ids(in_account_id)) and (enrolment_was_offered(e) or not exists (
            select from exclusions x
            where x.account_id = in_account_id and x.participant_id = e.participant_id and x.created_by <> in_account_id)));
end $$;

create or replace function account_require_coordinator(in_account_id uuid) returns void language plpgsql as $$
begin
    if not exists (select from accounts a where a.id = in_account_id and a.role = 'coordinator') then
        perform problem('not-found');
    end if;
end $$;

-- Whether somebody said to be away is, at a moment: whole days of a calendar, by the clock that was said.
create or replace function account_is_away(in_account_id uuid, in_at timestamptz) returns boolean
language plpgsql stable security definer as $$
begin
    return actor_role() not in ('public', 'line', 'nobody') and exists (
        select from absences b
        where b.account_id = in_account_id and (in_at at time zone b.timezone)::date between b.starts_on and b.ends_on);
end $$;

-- What colleagues call somebody of the staff.
create or replace function account_alias(in_account_id uuid) returns text language plpgsql stable security definer as $$
begin
    return (
        select s.alias from staff s
        where s.id = in_account_id
            and actor_role() in ('peer_supporter', 'mental_health_professional', 'coordinator', 'administrator'));
end $$;

-- Who says when a coordinator is away, and who is there instead: themselves, the lead, and whoever serves all their regions.
create or replace function account_is_arranged(in_account_id uuid) returns boolean language plpgsql stable as $$
begin
    return in_account_id = actor_account_id() or actor_role() = 'administrator'
        or actor_role() = 'coordinator' and account_region_keys(in_account_id) <@ actor_region_keys();
end $$;

create or replace function account_require_arranged(in_account_id uuid) returns void language plpgsql as $$
begin
    perform account_require_coordinator(in_account_id);
    if not account_is_arranged(in_account_id) then
        perform conflict('other-regions');
    end if;
end $$;
