-- GET /v1/intakes/{intake_id}/updates: $1 intake id, $3 after {at desc, id desc}, limit → [Update], newest first
-- audit: status_update
with subject as (select i.id, i.participant_id from intakes i where i.id = $1::uuid)
select u.recorded_at as at, u.id, u.body
from updates_json u
where u.intake_id = $1::uuid
    and (u.recorded_at, u.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by u.recorded_at desc, u.id desc;
