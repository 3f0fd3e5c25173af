-- GET /v1/training-courses/{course_id}: $1 course id → TrainingCourse; no row = 404
select 200 as status, c.body, c.version::text as etag from training_courses_json c where c.id = $1::uuid;
