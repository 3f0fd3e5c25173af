-- POST /v1/intakes/{intake_id}/form/submit: $1 intake id → IntakeForm; 422 naming everything that is missing
select * from intake_forms_submit($1::uuid, $5);
