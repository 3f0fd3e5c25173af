-- GET /v1/hand-overs: $3 subject_id, batch_id, coordinator_id, after {at desc, id desc}, limit → [HandOver], newest first
-- audit: hand_over
select f.at, f.id, f.participant_id, j.body
from hand_overs_find($3) with ordinality f (at, id, participant_id, nth)
cross join lateral (select j.body from hand_overs_json j where j.id = f.id limit 1) j
order by f.nth;
