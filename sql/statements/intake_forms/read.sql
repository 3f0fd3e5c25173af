-- GET /v1/intakes/{intake_id}/form: $1 intake id → IntakeForm; no row = 404
select 200 as status, f.body, f.version::text as etag
from intake_forms_json f cross join lateral audit('read', 'intake_form', f.intake_id, array[f.participant_id])
where f.intake_id = $1::uuid and exists (select from intakes i where i.id = $1::uuid);
