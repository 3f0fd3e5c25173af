-- POST /v1/duty-swaps: $4 DutySwapNew → 201 DutySwap; 409 when the turn is asked for already
select * from duty_swaps_create($4);
