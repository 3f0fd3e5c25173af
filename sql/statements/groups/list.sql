-- GET /v1/groups: $3 state[], language, service_id, coordinator_id, after {at desc, id desc}, limit → [ListedGroup], newest first;
-- hosts: those they lead
select f.at, f.id, json_join(j.body, j.standing) as body
from groups_find($3) with ordinality f (at, id, nth)
cross join lateral (
    select g.body, s.standing from groups_json g join group_standings s on s.id = g.id where g.id = f.id limit 1) j
order by f.nth;
