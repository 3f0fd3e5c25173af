-- POST /v1/enrolments/{enrolment_id}/withdraw: $1 enrolment id → EnrolmentWithdrawal, the same however often it is said
select * from enrolments_withdraw($1::uuid);
