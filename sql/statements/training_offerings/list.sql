-- GET /v1/training-offerings: $3 course_id, after {date desc, id desc}, limit → [TrainingOffering], the last to begin first
-- audit: training_offering
select o.starts_on as date, o.id, o.body
from training_offerings_json o
where (o.starts_on, o.id) < (($3#>>'{after,date}')::date, ($3#>>'{after,id}')::uuid)
    and ($3->'course_id' is null or o.course_id = ($3->>'course_id')::uuid)
order by o.starts_on desc, o.id desc;
