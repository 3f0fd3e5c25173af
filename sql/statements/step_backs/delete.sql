-- DELETE /v1/step-back: come back, at any time and again
select * from step_backs_delete();
