-- PUT /v1/participants/{participant_id}/safety-plan: $1 participant id, $4 SafetyPlanPut → SafetyPlan
select * from safety_plans_replace($1::uuid, $5, $4, $6);
