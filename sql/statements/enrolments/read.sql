-- GET /v1/enrolments/{enrolment_id}: $1 enrolment id → Enrolment; no row = 404. Dates change without the row: the tag has both.
select 200 as status, e.body, e.version || '-' || left(md5(e.body::text), 16) as etag
from enrolments_json e cross join lateral audit('read', 'enrolment', e.id, array[e.participant_id])
where e.id = $1::uuid;
