-- GET /v1/participants/{participant_id}/safety-plan: $1 participant id → SafetyPlan; no row = 404
select 200 as status, s.body, s.version::text as etag
from safety_plans_json s cross join lateral audit('read', 'safety_plan', s.participant_id, array[s.participant_id])
where s.participant_id = $1::uuid and participant_is_seen($1::uuid);
