-- GET /v1/duty-swaps/{swap_id}: $1 swap id → DutySwap; no row = 404
select 200 as status, w.body, w.version::text as etag
from duty_swaps_json w cross join lateral audit('read', 'duty_swap', w.id)
where w.id = $1::uuid;
