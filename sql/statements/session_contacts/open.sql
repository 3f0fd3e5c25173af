-- POST /v1/sessions/{session_id}/contacts/{enrolment_id}/open: $1 session id, $2 enrolment id, $4 SessionContactOpen → SessionContact;
-- each time audited and put on the list that is reviewed
select * from session_contacts_open($1::uuid, $2::uuid, $4);
