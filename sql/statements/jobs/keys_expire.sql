-- each round: answers that were kept for a day, codes for a first sign-in that nobody used in theirs, and pages of guests that are over
select idempotency_key_expire() + sign_in_code_expire() + guest_page_expire() as expired from (select from schema_state limit 1) s;
