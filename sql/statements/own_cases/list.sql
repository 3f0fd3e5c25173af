-- GET /v1/own-cases: $3 after {at, id}, limit → [OwnCase], oldest first
-- audit: exclusion
select f.at, f.id, f.body
from own_cases_find($3) f
order by f.at, f.id;
