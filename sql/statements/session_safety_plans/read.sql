-- GET /v1/sessions/{session_id}/safety-plans/{enrolment_id}: $1 session id, $2 enrolment id → SessionSafetyPlan, each read audited;
-- no row = 404
select 200 as status, p.body from session_safety_plans_read($1::uuid, $2::uuid) p (body) where p.body is not null;
