-- POST /v1/enrolments/{enrolment_id}/not-this-one: $1 enrolment id → Enrolment in accepted, and what it will be
select * from enrolments_not_this_one($1::uuid, $5);
