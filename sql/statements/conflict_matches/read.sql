-- GET /v1/conflict-matches/{match_id}: $1 match id → ConflictMatchDetail; no row = 404
select 200 as status,
    json_join(m.body, json_build_object(
        'for_shown', conflict_match_shown(m.id, m.for_person_id),
        'shown', conflict_match_shown(m.id, m.person_id))) as body,
    m.version::text as etag
from conflict_matches_json m cross join lateral audit('read', 'conflict_match', m.id)
where m.id = $1::uuid;
