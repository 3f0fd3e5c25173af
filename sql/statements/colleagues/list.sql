-- GET /v1/colleagues: $3 role[], language, region, after {alias, id}, limit → [Colleague], in order of their names
-- audit: colleague
select c.alias, c.account_id as id, c.body
from colleagues_find($3) with ordinality c (account_id, alias, body, place)
order by c.place;
