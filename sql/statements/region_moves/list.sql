-- GET /v1/participants/{participant_id}/region-moves: $1 participant id, $3 after {at desc, id desc}, limit → [RegionMove], newest first;
-- no row = 404
-- audit: region_move
with subject as (select $1::uuid as participant_id where participant_is_seen($1::uuid))
select m.recorded_at as at, m.id, m.body
from region_moves_json m
where m.participant_id = $1::uuid
    and (m.recorded_at, m.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by m.recorded_at desc, m.id desc;
