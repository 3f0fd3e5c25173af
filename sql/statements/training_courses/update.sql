-- PATCH /v1/training-courses/{course_id}: $1 course id, $4 TrainingCoursePatch → TrainingCourse
select * from training_courses_update($1::uuid, $5, $4);
