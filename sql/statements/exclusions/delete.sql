-- DELETE /v1/exclusions/{exclusion_id}: $1 exclusion id → 204
select * from exclusions_delete($1::uuid);
