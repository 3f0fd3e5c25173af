-- GET /v1/participants: $3 region, preferred_language, affiliation_kind, status, coordinator_id, after {at desc, id desc}, limit →
-- [Participant], newest first
-- audit: participant
select f.at, f.id, f.id as participant_id, j.body
from participants_find($3) with ordinality f (at, id, nth)
cross join lateral (select j.body from participants_json j where j.id = f.id limit 1) j
order by f.nth;
