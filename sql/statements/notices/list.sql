-- GET /v1/notices: $3 state, urgency, wait (C), after {at desc, id desc}, limit → [Notice], newest first
select f.at, f.id, j.body
from notices_find($3) with ordinality f (at, id, nth)
cross join lateral (select j.body from notices_json j where j.id = f.id limit 1) j
order by f.nth;
