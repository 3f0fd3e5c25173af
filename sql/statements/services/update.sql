-- PATCH /v1/services/{service_id}: $1 service id, $4 ServicePatch → Service; 409 for a step its life cycle does not have
select * from services_update($1::uuid, $5, $4);
