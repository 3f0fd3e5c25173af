-- GET /v1/colleagues/{account_id}/absences: $1 account of a coordinator, $3 after {date desc, id desc}, limit → [Absence], the latest
-- first; no row = 404
-- audit: absence
with subject as (select a.id from accounts a where a.id = $1::uuid and a.role = 'coordinator')
select b.starts_on as date, b.id, b.body
from absences_json b
where b.account_id = $1::uuid
    and (b.starts_on, b.id) < (($3#>>'{after,date}')::date, ($3#>>'{after,id}')::uuid)
order by b.starts_on desc, b.id desc;
