-- each round: answers that were kept for a day
select idempotency_key_expire() as expired from (select from schema_state limit 1) s;
