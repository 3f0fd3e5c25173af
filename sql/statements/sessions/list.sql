-- GET /v1/groups/{group_id}/sessions: $1 group id, $3 after {seq}, limit → [Session], in order of the series; no row = 404
-- audit: session
with subject as (select g.id from cohorts g where g.id = $1::uuid)
select s.seq, s.body
from sessions_json s
where s.cohort_id = $1::uuid and s.seq > ($3#>>'{after,seq}')::int
order by s.seq;
