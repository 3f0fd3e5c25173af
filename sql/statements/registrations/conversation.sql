-- POST /v1/enrolments/{enrolment_id}/conversation: $1 enrolment id → Enrolment, at any time and again
select * from registrations_conversation($1::uuid);
