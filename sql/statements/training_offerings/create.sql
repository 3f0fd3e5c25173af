-- POST /v1/training-offerings: $4 TrainingOfferingNew → 201 TrainingOffering
select * from training_offerings_create($4);
