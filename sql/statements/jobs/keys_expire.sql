-- each round: answers that were kept for a day, and codes for a first sign-in that nobody used in theirs
select idempotency_key_expire() + sign_in_code_expire() as expired from (select from schema_state limit 1) s;
