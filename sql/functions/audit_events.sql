-- SPDX-License-Identifier: MIT
-- Who has read or changed what: the list, and what of an event is hashed.

create or replace function audit_event_json(in_event audit_events) returns json stable language sql
return json_build_object(
    'id', in_event.id::text,
    'at', utc(in_event.at),
    'account_id', in_event.account_id,
    'role', in_event.role,
    'operation', in_event.operation,
    'action', in_event.action,
    'object_type', in_event.object_type,
    'object_id', in_event.object_id,
    'participant_ids', in_event.participant_ids,
    'fields', in_event.fields,
    'request_id', in_event.request_id);

-- Newest first. in_query: participant_id, account_id, from, to, after {at, number}, limit; one row more than limit when there is one.
-- Looks past row level security, whose condition would keep the index on participants from being used, so it checks for itself. I13: the
-- administrator reads nothing of their own file, nor of whom they are kept from.
-- Planned for whom it is about, it would read everybody's events in search of a rare one. Each month is read in order and they are merged:
-- one row of each is expected, and sorting those would seem cheaper, until somebody has looked a hundred thousand times. The conditions on
-- cardinality are those of the two indexes; offset 0 keeps the planner on the second.
create or replace function audit_events_find(in_query jsonb) returns setof audit_events
language plpgsql stable security definer
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_seqscan = off as $$
declare
    participant uuid := (in_query->>'participant_id')::uuid;
    account uuid := (in_query->>'account_id')::uuid;
    since timestamptz := coalesce((in_query->>'from')::timestamptz, '-infinity');
    until timestamptz := coalesce((in_query->>'to')::timestamptz, 'infinity');
    after_at timestamptz := in_query#>>'{after,at}';
    after_id bigint := in_query#>>'{after,number}';
    wanted int := (in_query->>'limit')::int + 1;
    hidden uuid[] := case when actor_role() = 'administrator' then actor_hidden_ids() else '{}' end;
begin
    if actor_role() = 'administrator' or actor_role() = 'peer' and participant = actor_participant_id() then
        if participant is not null then
            return query select * from (
                (select * from audit_events e
                where cardinality(e.participant_ids) = 1 and e.participant_ids[1] = participant and participant <> all (hidden) and (
                    account is null or e.account_id = account) and e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
                order by e.at desc, e.id desc limit wanted)
                union all
                (select * from (
                    select * from audit_events e
                    where cardinality(e.participant_ids) > 1 and e.participant_ids @> array[participant] offset 0) e
                where (account is null or e.account_id = account) and not e.participant_ids && hidden
                    and e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
                order by e.at desc, e.id desc limit wanted)) e
            order by e.at desc, e.id desc limit wanted;
        elsif account is not null then
            return query select * from audit_events e
            where e.account_id = account and not e.participant_ids && hidden
                and e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
            order by e.at desc, e.id desc limit wanted;
        else
            return query select * from audit_events e
            where not e.participant_ids && hidden and e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
            order by e.at desc, e.id desc limit wanted;
        end if;
    end if;
end $$;

-- The month whose partition it is in.
create or replace function audit_event_month(in_at timestamptz) returns text stable language sql
return to_char(in_at at time zone 'UTC', 'YYYY-MM');

-- Every field that is hashed, so that no two events read the same; a change of this list is a new chain.
create or replace function audit_event_digest(in_event audit_events) returns bytea stable language sql
return sha256(convert_to(json_build_array(
    in_event.id, in_event.xid, extract(epoch from in_event.at), in_event.account_id, in_event.role, in_event.operation, in_event.action,
    in_event.object_type, in_event.object_id, in_event.participant_ids, in_event.fields, in_event.request_id)::text, 'UTF8'));

-- Whichever partition a row is in: each has the same for whoever names it.
create or replace trigger append_only before update or delete or truncate on audit_events
for each statement execute function refuse_change();
