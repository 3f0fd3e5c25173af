-- GET /v1/colleagues: $3 role[], language, region, after {alias, id}, limit → [Colleague], in order of their names
-- audit: colleague
select c.alias, c.account_id as id, c.body
from colleagues_find($3) c
order by c.alias, c.account_id;
