-- each round: waiting lists that have not moved since the last fixed hour
select seat_advance_lists() from (select from schema_state limit 1) s;
