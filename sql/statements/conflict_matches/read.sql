-- GET /v1/conflict-matches/{match_id}: $1 match id → ConflictMatch; no row = 404
select 200 as status, m.body, m.version::text as etag
from conflict_matches_json m cross join lateral audit('read', 'conflict_match', m.id)
where m.id = $1::uuid;
