-- POST /v1/staff/{staff_id}/trainings: $1 account id, $4 TrainingNew → 201 Training; 409 when it is there already
select * from trainings_create($1::uuid, $4);
