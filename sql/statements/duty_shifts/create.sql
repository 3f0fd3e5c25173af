-- POST /v1/duty-shifts: $4 DutyShiftNew → 201 DutyShift
select * from duty_shifts_create($4);
