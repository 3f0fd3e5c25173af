-- GET /v1/staff/{staff_id}/trainings: $1 account id, $3 after {date desc, id desc}, limit → [Training], the last completed first;
-- no row = 404
-- audit: training
with subject as (select a.id from accounts a where a.id = $1::uuid and a.role <> 'peer' and actor_role() = 'administrator')
select t.completed_on as date, t.id, t.body
from trainings_json t
where t.account_id = $1::uuid
    and (t.completed_on, t.id) < (($3#>>'{after,date}')::date, ($3#>>'{after,id}')::uuid)
order by t.completed_on desc, t.id desc;
