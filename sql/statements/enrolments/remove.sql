-- POST /v1/enrolments/{enrolment_id}/remove: $1 enrolment id, $4 EnrolmentRemoval → Enrolment in removed
select * from enrolments_remove($1::uuid, $5, $4);
