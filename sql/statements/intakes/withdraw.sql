-- POST /v1/intakes/{intake_id}/withdraw: $1 intake id → Withdrawal, the same however often it is said
select * from intakes_withdraw($1::uuid);
