-- GET /v1/sessions/{session_id}/place: $1 session id → OwnPlace; no row = 404
select 200 as status, l.body from (select places_read($1::uuid) as body) l where l.body is not null;
