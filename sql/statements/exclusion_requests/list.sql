-- GET /v1/exclusion-requests: $3 open, after {at desc, id desc}, limit → [ExclusionRequest], newest first
-- audit: exclusion_request
select f.at, f.id, f.participant_id, j.body
from exclusion_requests_find($3) with ordinality f (at, id, participant_id, nth)
cross join lateral (select j.body from exclusion_requests_json j where j.id = f.id limit 1) j
order by f.nth;
