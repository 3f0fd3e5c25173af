-- $1 key, $2 fingerprint → the response of the first request, and the language it is in
select r.*, current_setting('app.language') as language from idempotency_key_replay($1, $2) r;
