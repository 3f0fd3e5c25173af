-- $1 key, $2 fingerprint → the response of the first request
select * from idempotency_replay($1, $2);
