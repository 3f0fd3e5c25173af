-- POST /v1/enrolments/{enrolment_id}/decline: $1 enrolment id → Enrolment in declined
select * from enrolments_decline($1::uuid, $5);
