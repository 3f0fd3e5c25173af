-- GET /v1/staff-links/{staff_id}: $1 account id → StaffLink, never whose file it is; no row = 404
select 200 as status, json_build_object('account_id', a.id, 'is_participant', l.since is not null, 'since', utc(l.since)) as body
from accounts a
cross join lateral (select staff_link_since(a.id) as since) l
cross join lateral audit('read', 'staff_link', a.id)
where a.id = $1::uuid and a.role <> 'peer' and actor_role() = 'administrator';
