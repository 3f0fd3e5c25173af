-- POST /v1/intakes/{intake_id}/send-form: $1 intake id → Intake in form_sent or forms_sent
select * from intakes_send_form($1::uuid, $5);
