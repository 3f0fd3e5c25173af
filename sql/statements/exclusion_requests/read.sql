-- GET /v1/exclusion-requests/{request_id}: $1 request id → ExclusionRequest; no row = 404
select 200 as status, r.body, r.version::text as etag
from exclusion_requests_json r cross join lateral audit('read', 'exclusion_request', r.id, array[r.participant_id])
where r.id = $1::uuid;
