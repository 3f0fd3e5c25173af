-- each round, first: what was said or moved, and is not compared yet
select comparison_run() as compared from (select from schema_state limit 1) s;
