-- GET /v1/alarms: $3 state, after {at desc, id desc}, limit → [Alarm], newest first
-- audit: alarm
select f.at, f.id, j.body
from alarms_find($3) with ordinality f (at, id, nth)
cross join lateral (select j.body from alarms_json j where j.id = f.id limit 1) j
order by f.nth;
