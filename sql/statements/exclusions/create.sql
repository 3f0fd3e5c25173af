-- POST /v1/participants/{participant_id}/exclusions: $1 participant id, $4 ExclusionNew → 201 Exclusion
select * from exclusions_create($1::uuid, $4);
