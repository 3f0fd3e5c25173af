-- each round: waiting lists that have not moved since the last fixed hour, and what the public reads of seats
select seat_advance_lists(), seat_show_full() from (select from schema_state limit 1) s;
