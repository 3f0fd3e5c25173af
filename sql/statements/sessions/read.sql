-- GET /v1/sessions/{session_id}: $1 session id → Session; no row = 404
select 200 as status, s.body, s.version::text as etag
from sessions_json s cross join lateral audit('read', 'session', s.id)
where s.id = $1::uuid;
