-- GET /v1/absences/{absence_id}: $1 absence id → Absence; no row = 404
select 200 as status, b.body, '1' as etag
from absences_json b cross join lateral audit('read', 'absence', b.id)
where b.id = $1::uuid;
