-- DELETE /v1/absences/{absence_id}: $1 absence id → 204
select * from absences_delete($1::uuid);
