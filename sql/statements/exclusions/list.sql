-- GET /v1/participants/{participant_id}/exclusions: $1 participant id, $3 after {at, id}, limit → [Exclusion], oldest first
-- audit: exclusion
with subject as (select $1::uuid as participant_id where participant_is_seen($1::uuid))
select x.created_at as at, x.id, x.body
from exclusions_json x
where x.participant_id = $1::uuid
    and (x.created_at, x.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by x.created_at, x.id;
