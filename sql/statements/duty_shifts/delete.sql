-- DELETE /v1/duty-shifts/{shift_id}: $1 shift id → 204
select * from duty_shifts_delete($1::uuid, $5);
