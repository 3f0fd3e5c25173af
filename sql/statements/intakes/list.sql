-- GET /v1/intakes: $3 state[], track, participant_id, update_overdue, coordinator_id, after {at desc, id desc}, limit → [ListedIntake],
-- newest first
-- audit: intake
select i.created_at as at, i.id, i.participant_id, json_join(j.body, json_build_object(
    'last_told_at', utc(i.last_told_at),
    'update_due_at', utc(i.update_due_at),
    'update_overdue', coalesce(i.update_due_at < app_now(), false))) as body
from intakes_find($3) with ordinality i
cross join lateral (select j.body from intakes_json j where j.id = i.id limit 1) j
order by i.ordinality;
