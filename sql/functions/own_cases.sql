-- SPDX-License-Identifier: MIT
-- A colleague says that a file is somebody's own. It is closed to them at once; that they are the person, in groups and around conflicts,
-- counts when the program lead has confirmed it: nobody takes a group away from a colleague alone. Whose file it is the lead is not told.

create or replace function own_case_json(in_exclusion exclusions) returns json stable language sql
return json_build_object(
    'id', in_exclusion.id,
    'account_id', in_exclusion.account_id,
    'said_by', in_exclusion.created_by,
    'said_at', utc(in_exclusion.created_at));

-- I13: whoever leads the program and is meant, or kept from the person, is not told.
create or replace function own_case_tell(in_id uuid, in_participant_id uuid) returns void language plpgsql security definer as $$
begin
    perform require_role('coordinator');
    perform notice_tell(
        array(select a.id from accounts a where a.role = 'administrator'), 'own_case_said', in_id, array[in_participant_id]);
end $$;

-- What waits for the actor, oldest first. Looks past row level security, so it asks itself.
create or replace function own_cases_find(in_query jsonb) returns table (at timestamptz, id uuid, body json)
language plpgsql stable security definer as $$
begin
    perform require_role('administrator');
    return query
    select x.created_at, x.id, own_case_json(x) from exclusions x
    where x.reason = 'own_case_said' and x.account_id <> actor_account_id() and x.participant_id <> all (actor_hidden_ids())
        and (x.created_at, x.id) > ((in_query#>>'{after,at}')::timestamptz, (in_query#>>'{after,id}')::uuid)
    order by x.created_at, x.id
    limit (in_query->>'limit')::int + 1;
end $$;

create or replace function own_case_lock(in_id uuid) returns exclusions language plpgsql as $$
declare
    exclusion exclusions;
begin
    select * into exclusion from exclusions x
    where x.id = in_id and x.reason = 'own_case_said' and x.account_id <> actor_account_id()
        and x.participant_id <> all (actor_hidden_ids()) for no key update;
    if not found then
        perform problem('not-found');
    end if;
    return exclusion;
end $$;

-- Writes: exclusions, comparisons.
create or replace function own_cases_confirm(in_id uuid) returns response language plpgsql security definer as $$
declare
    exclusion exclusions;
begin
    perform require_role('administrator');
    exclusion := own_case_lock(in_id);
    update exclusions x set reason = 'own_case' where x.id = in_id;
    perform comparison_ask('participant', array[exclusion.participant_id]);
    perform comparison_ask('account', array[exclusion.account_id]);
    perform audit('confirm', 'exclusion', in_id);
    return respond(200, own_case_json(exclusion));
end $$;

-- It is somebody else's: the file opens again.
create or replace function own_cases_refuse(in_id uuid) returns response language plpgsql security definer as $$
declare
    exclusion exclusions;
begin
    perform require_role('administrator');
    exclusion := own_case_lock(in_id);
    delete from exclusions x where x.id = in_id;
    perform comparison_ask('participant', array[exclusion.participant_id]);
    perform comparison_ask('account', array[exclusion.account_id]);
    perform audit('refuse', 'exclusion', in_id);
    return respond(200, own_case_json(exclusion));
end $$;
