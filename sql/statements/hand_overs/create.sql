-- POST /v1/colleagues/{account_id}/hand-over: $1 account of a coordinator, $4 HandOverNew → HandedOver
select * from hand_overs_create($1::uuid, $4);
