-- $1 key, $2 fingerprint
select idempotency_key_claim($1, $2);
