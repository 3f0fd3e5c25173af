-- GET /v1/me → Account, the caller's own.
select 200 as status, a.version::text as etag, json_build_object(
    'id', a.id,
    'role', a.role,
    'participant_id', a.participant_id,
    'regions', a.regions) as body
from accounts a
where a.id = actor_account_id();
