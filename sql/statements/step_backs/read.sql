-- GET /v1/step-back → StepBack
select 200 as status, b.body
from step_backs_json b cross join lateral audit('read', 'step_back', b.account_id, array[actor_participant_id()]);
