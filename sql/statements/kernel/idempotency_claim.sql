-- $1 key, $2 fingerprint
select idempotency_claim($1, $2);
