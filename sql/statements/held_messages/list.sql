-- GET /v1/held-messages: $3 coordinator_id, after {at, id}, limit → [HeldMessage], the longest held first: these people are
-- to be told by voice
-- audit: held_message
select h.changed_at as at, h.id, h.participant_id, h.body
from held_messages_json h
where (h.changed_at, h.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and ($3->'coordinator_id' is null or exists (
        select from participants p where p.id = h.participant_id and p.coordinator_id = ($3->>'coordinator_id')::uuid))
order by h.changed_at, h.id;
