-- POST /v1/duty-swaps/{swap_id}/decline: $1 swap id → DutySwap; 409 when it is decided already
select * from duty_swaps_decline($1::uuid, $5);
