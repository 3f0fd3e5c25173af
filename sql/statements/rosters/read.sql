-- GET /v1/sessions/{session_id}/roster: $1 session id → Roster, audited with everybody who is on it; no row = 404
select 200 as status, r.body from rosters_read($1::uuid) r (body) where r.body is not null;
