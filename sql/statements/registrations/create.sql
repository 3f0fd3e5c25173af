-- POST /v1/groups/{group_id}/register: $1 group id, $4 RegistrationNew → 201 Enrolment, accepted or waitlisted
select * from registrations_create($1::uuid, $4);
