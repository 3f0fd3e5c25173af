-- GET /v1/contact-openings: $3 after {at desc, id desc}, limit → [ContactOpening], newest first
-- audit: contact_opening
select o.at, o.id, o.body
from contact_openings_json o
where (o.at, o.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by o.at desc, o.id desc;
