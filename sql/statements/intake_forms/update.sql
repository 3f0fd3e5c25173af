-- PATCH /v1/intakes/{intake_id}/form: $1 intake id, $4 IntakeFormPatch → IntakeForm
select * from intake_forms_update($1::uuid, $5, $4, $6);
