-- POST /v1/duty-swaps/{swap_id}/agree: $1 swap id → DutySwap; 409 when it is decided already
select * from duty_swaps_agree($1::uuid, $5);
