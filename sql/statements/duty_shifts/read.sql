-- GET /v1/duty-shifts/{shift_id}: $1 shift id → DutyShift; no row = 404
select 200 as status, s.body, s.version::text as etag
from duty_shifts_json s cross join lateral audit('read', 'duty_shift', s.id)
where s.id = $1::uuid;
