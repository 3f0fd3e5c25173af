-- GET /v1/interests/counts: $3 after {at desc, id desc}, limit → [InterestCount], newest activity first; whose they are nobody reads
-- audit: interest
select c.at, c.id, c.body
from interests_counted() c
where (c.at, c.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by c.at desc, c.id desc;
