-- each round, last: rows that were set aside and nobody was told of yet, and how many are; one row without them when there are none
with told as (update job_faults f set is_told = true where not f.is_told returning f.job, f.subject_id, f.sqlstate)
select t.job, t.subject_id, t.sqlstate, (select count(*) from job_faults) as set_aside from (select) one left join told t on true;
