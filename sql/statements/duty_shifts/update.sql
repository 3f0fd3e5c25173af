-- PATCH /v1/duty-shifts/{shift_id}: $1 shift id, $4 DutyShiftPatch → DutyShift
select * from duty_shifts_update($1::uuid, $5, $4);
