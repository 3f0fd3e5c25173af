-- each round: waiting lists that stood still
select seat_advance_lists() from (select from schema_state limit 1) s;
