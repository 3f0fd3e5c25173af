-- SPDX-License-Identifier: MIT
-- :rows events of the audit over the :months months before this one, as people leave them: looks at one person, now and then a page of a
-- list about 25. Each month is written in transactions of 10,000. Triggers would refuse it: those months are past.
set search_path = alongside, pg_catalog;
set role alongside_owner;
select audit_month_make(to_char(date_trunc('month', now() at time zone 'UTC') - n * interval '1 month', 'YYYY-MM'))
from generate_series(1, :months) n;
select audit_month_prepare();
reset role;
set session_replication_role = replica;
set synchronous_commit = off;
select set_config('bench.rows', :'rows', false), set_config('bench.months', :'months', false), set_config('bench.people', :'people', false);
do $$
declare
    months int := current_setting('bench.months')::int;
    people int := current_setting('bench.people')::int;
    batches int := current_setting('bench.rows')::int / 10000 / months;
begin
    for month in reverse months .. 1 loop
        for batch in 1 .. batches loop
            insert into audit_events (at, account_id, role, operation, action, object_type, object_id, participant_ids, request_id)
            select
                date_trunc('month', now(), 'UTC') - month * interval '1 month' + ((batch - 1) * 10000 + n) * interval '27 days' / (batches * 10000),
                ('00000000-0000-4000-8000-' || 100000000000 + (random() * 49)::int)::uuid, 'coordinator',
                case n % 50 when 0 then 'participants_list' else 'participants_read' end, case n % 50 when 0 then 'list' else 'read' end,
                'participant', case when n % 50 > 0 then p.ids[1] end, p.ids, gen_random_uuid()
            from generate_series(1, 10000) n
            cross join lateral (
                select array_agg(('0000000b-0000-4000-8000-' || 100000000001 + (random() * (people - 1))::int)::uuid) as ids
                from generate_series(1, case n % 50 when 0 then 25 else 1 end)) p;
            commit;
        end loop;
    end loop;
end $$;
reset session_replication_role;
vacuum (freeze, analyze) audit_events;
checkpoint;
