-- GET /v1/participants/{participant_id}/acceptances: $1 participant id, $3 after {at desc, id desc}, limit → [Acceptance], newest first
-- audit: acceptance
with subject as (select $1::uuid as participant_id where participant_is_seen($1::uuid))
select a.accepted_at as at, a.id, a.body
from acceptances_json a
where a.participant_id = $1::uuid
    and (a.accepted_at, a.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by a.accepted_at desc, a.id desc;
