-- POST /v1/enrolments/{enrolment_id}/confirm: $1 enrolment id → Enrolment in accepted, and what it will be
select * from enrolments_confirm($1::uuid, $5);
