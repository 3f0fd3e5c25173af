-- GET /v1/conflict-matches: $3 open, state, after {at desc, id desc}, limit → [ConflictMatch], newest first. open: what nobody decided
-- yet, and what stands between two who are in one group.
-- audit: conflict_match
select f.at, f.id, j.body
from conflict_matches_find($3) with ordinality f (at, id, nth)
cross join lateral (select j.body from conflict_matches_json j where j.id = f.id limit 1) j
order by f.nth;
