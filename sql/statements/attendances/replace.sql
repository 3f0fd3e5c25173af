-- PUT /v1/sessions/{session_id}/attendance/{enrolment_id}: $1 session id, $2 enrolment id, $4 AttendancePut → Attendance
select * from attendances_replace($1::uuid, $2::uuid, $4);
