-- PUT /v1/colleagues/{account_id}/back-up: $1 account of a coordinator, $4 BackUpPut → BackUp
select * from back_ups_replace($1::uuid, $4);
