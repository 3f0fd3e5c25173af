-- GET /v1/exclusions/{exclusion_id}: $1 exclusion id → Exclusion; no row = 404
select 200 as status, x.body, '1' as etag
from exclusions_json x cross join lateral audit('read', 'exclusion', x.id)
where x.id = $1::uuid and participant_is_seen(x.participant_id);
