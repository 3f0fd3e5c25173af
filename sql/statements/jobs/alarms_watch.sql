-- each round, first: alarms that begin, end or climb
select watched_clock_follow() as climbed from (select from schema_state limit 1) s;
