-- GET /v1/training-courses: $3 kind, is_offered, after {at, id}, limit → [TrainingCourse], oldest first
select c.created_at as at, c.id, c.body
from training_courses_json c
where (c.created_at, c.id) > (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
    and ($3->'kind' is null or c.kind = $3->>'kind')
    and ($3->'is_offered' is null or c.is_offered = ($3->>'is_offered')::boolean)
order by c.created_at, c.id;
