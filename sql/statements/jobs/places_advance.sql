-- each round: who waits for a place, where one is free
select place_list_advance_all() from (select from schema_state limit 1) s;
