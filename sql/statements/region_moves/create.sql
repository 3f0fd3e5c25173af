-- POST /v1/participants/{participant_id}/region-moves: $1 participant id, $4 RegionMoveNew → RegionMove
select * from region_moves_create($1::uuid, $4);
