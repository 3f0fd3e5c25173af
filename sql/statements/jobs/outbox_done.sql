-- $1 message, $2 sent, retry, failed or away, $3 the server's code or null
select outbox_done($1::uuid, $2, $3::int) from (select from schema_state limit 1) s;
