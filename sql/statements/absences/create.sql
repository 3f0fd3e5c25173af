-- POST /v1/colleagues/{account_id}/absences: $1 account of a coordinator, $4 AbsenceNew → 201 Absence
select * from absences_create($1::uuid, $4);
