-- POST /v1/enrolments/{enrolment_id}/accept: $1 enrolment id → Enrolment in accepted
select * from enrolments_accept($1::uuid, $5);
