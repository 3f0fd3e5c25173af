-- once for each session of the worker: after new zone data, the instants of wall times that are still to come
select jobs_rederive() as corrected from (select from schema_state limit 1) s;
