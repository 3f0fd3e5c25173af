-- PATCH /v1/enrolments/{enrolment_id}: $1 enrolment id, $4 EnrolmentPatch → Enrolment
select * from enrolments_update($1::uuid, $5, $4);
