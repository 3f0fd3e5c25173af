-- GET /v1/colleagues/{account_id}/back-up: $1 account of a coordinator → BackUp; no row = 404
select 200 as status, r.body
from back_ups_read($1::uuid) r (body) cross join lateral audit('read', 'back_up', $1::uuid)
where r.body is not null;
