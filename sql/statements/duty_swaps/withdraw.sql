-- POST /v1/duty-swaps/{swap_id}/withdraw: $1 swap id → DutySwap; 409 when it is decided already
select * from duty_swaps_withdraw($1::uuid, $5);
