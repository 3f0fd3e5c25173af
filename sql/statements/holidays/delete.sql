-- DELETE /v1/holidays/{holiday_id}: $1 holiday id → 204
select * from holidays_delete($1::uuid, $5);
