-- POST /v1/training-courses: $4 TrainingCourseNew → 201 TrainingCourse; 409 when the code is taken
select * from training_courses_create($4);
