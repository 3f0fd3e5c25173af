-- PATCH /v1/codes/{code_id}: $1 code id, $4 CodePatch → CodeEntry
select * from codes_update($1::uuid, $5, $4);
