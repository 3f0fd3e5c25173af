-- PATCH /v1/training-offerings/{offering_id}: $1 offering id, $4 TrainingOfferingPatch → TrainingOffering
select * from training_offerings_update($1::uuid, $5, $4);
