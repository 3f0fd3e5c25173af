-- each round: who accepted a seat hears, at the hour that was said
select seat_answer_all() as answered from (select from schema_state limit 1) s;
