-- POST /v1/enrolments/{enrolment_id}/offer: $1 enrolment id, $4 EnrolmentOffer or nothing → Enrolment
select * from enrolments_offer($1::uuid, $5, $4);
