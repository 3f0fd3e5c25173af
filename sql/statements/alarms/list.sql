-- GET /v1/alarms: $3 state, after {at desc, id desc}, limit → [Alarm], newest first
-- audit: alarm
select f.at, f.id, j.participant_id, j.body
from alarms_find($3) with ordinality f (at, id, nth)
cross join lateral (
    select j.body, case when not j.by_alias then j.participant_id end as participant_id from alarms_json j where j.id = f.id limit 1) j
order by f.nth;
