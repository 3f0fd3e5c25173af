-- SPDX-License-Identifier: MIT
-- Reading the audit: the administrator's access review, a peer's own file.

create or replace function audit_event_json(in_event audit_events) returns json stable language sql
begin atomic
    select json_build_object(
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
end;

-- Newest first. in_query: participant_id, account_id, from, to, after {at, id}, limit; one row more than limit when there is one.
-- Looks past row level security, whose condition would keep the index on participants from being used, so it checks for itself.
create or replace function audit_events_find(in_query jsonb) returns setof audit_events
language plpgsql stable
security definer
set search_path = alongside, pg_catalog, pg_temp
-- Planned for whom it is about, it would read everybody's events in search of a rare one.
set plan_cache_mode = force_generic_plan
as $$
declare
    participant uuid := (in_query->>'participant_id')::uuid;
    account uuid := (in_query->>'account_id')::uuid;
    since timestamptz := coalesce((in_query->>'from')::timestamptz, '-infinity');
    until timestamptz := coalesce((in_query->>'to')::timestamptz, 'infinity');
    after_at timestamptz := coalesce((in_query#>>'{after,at}')::timestamptz, 'infinity');
    after_id bigint := coalesce((in_query#>>'{after,id}')::bigint, 9223372036854775807);
    wanted int := (in_query->>'limit')::int + 1;
begin
    if actor_role() = 'administrator' or actor_role() = 'peer' and participant = actor_participant_id() then
        if participant is not null then
            -- The conditions on cardinality are those of the two indexes; offset 0 keeps the planner on the second.
            return query select * from (
                (select * from audit_events e
                where cardinality(e.participant_ids) = 1 and e.participant_ids[1] = participant
                    and (account is null or e.account_id = account)
                    and e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
                order by e.at desc, e.id desc limit wanted)
                union all
                (select * from (
                    select * from audit_events e
                    where cardinality(e.participant_ids) > 1 and e.participant_ids @> array[participant] offset 0) e
                where (account is null or e.account_id = account)
                    and e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
                order by e.at desc, e.id desc limit wanted)) e
            order by e.at desc, e.id desc limit wanted;
        elsif account is not null then
            return query select * from audit_events e
            where e.account_id = account and e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
            order by e.at desc, e.id desc limit wanted;
        else
            return query select * from audit_events e
            where e.at >= since and e.at < until and (e.at, e.id) < (after_at, after_id)
            order by e.at desc, e.id desc limit wanted;
        end if;
    end if;
end
$$;
alter function audit_events_find(jsonb) owner to alongside_definer;
