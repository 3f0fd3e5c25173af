-- SPDX-License-Identifier: MIT
-- Who holds a table of ours. $1: the transactions of a turn ago; told are those that are still there.
with held as (
    select
        l.virtualtransaction as name,
        format('%s holds %s', coalesce(format('process %s (%s, %s)', l.pid, coalesce(a.usename, 'of PostgreSQL itself'),
            coalesce(nullif(a.application_name, ''), 'unnamed')), 'a prepared transaction'),
        left(string_agg(distinct c.relname, ', '), 100)) as told
    from pg_locks l
    join pg_class c on c.oid = l.relation
    left join pg_stat_activity a on a.pid = l.pid
    where l.granted and l.pid is distinct from pg_backend_pid() and c.relkind in ('r', 'p')
        and l.database = (select d.oid from pg_database d where d.datname = current_database())
        and c.relnamespace in ('alongside'::regnamespace, 'alongside_audit'::regnamespace)
    group by l.virtualtransaction, l.pid, a.usename, a.application_name
)
select
    coalesce(array_agg(name), '{}') as names,
    coalesce(string_agg(told, '; ' order by told) filter (where name = any ($1::text[])), '') as told
from held
