-- PUT /v1/staff/{staff_id}/qualification: $1 account id, $4 QualificationPut → Qualification
select * from qualifications_replace($1::uuid, $5, $4);
