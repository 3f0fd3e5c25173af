-- DELETE /v1/trainings/{training_id}: $1 training id → 204
select * from trainings_delete($1::uuid);
