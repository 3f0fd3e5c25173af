-- SPDX-License-Identifier: MIT
-- What is offered: the newest, with tracks, dates, and until when one registers.
select json_agg(row_to_json(a) order by a.created_at desc, a.id desc)
from (
    select a.*, (
        select json_agg(json_build_object('track', row_to_json(g), 'dates', d.dates) order by g.language, g.id)
        from cohorts g
        cross join lateral (
            select json_agg(row_to_json(s) order by s.starts_at) as dates, min(s.starts_at) as first
            from sessions s where s.cohort_id = g.id) d
        where g.activity_id = a.id and g.state <> 'draft') as tracks
    from activities a
    where a.announced_at is not null
    order by a.created_at desc, a.id desc
    limit 26) a;
