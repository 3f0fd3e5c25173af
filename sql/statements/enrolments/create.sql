-- POST /v1/groups/{group_id}/enrolments: $1 group id, $4 EnrolmentNew → 201 Enrolment, offered, waitlisted or (propose_only) requested
select * from enrolments_create($1::uuid, $4);
