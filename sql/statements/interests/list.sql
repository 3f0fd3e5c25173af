-- GET /v1/interests: $3 after {at desc, id desc}, limit → [Interest], one's own, newest first
-- audit: interest
with subject as (select actor_participant_id() as participant_id)
select i.created_at as at, i.activity_id as id, i.body
from interests_json i
where (i.created_at, i.activity_id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by i.created_at desc, i.activity_id desc;
