-- POST /v1/conflict-matches/{match_id}/decide: $1 match id, $4 ConflictDecision → ConflictMatch
select * from conflict_matches_decide($1::uuid, $5, $4);
