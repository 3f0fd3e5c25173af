-- POST /v1/acceptances/{acceptance_id}/withdraw: $1 own acceptance id → Acceptance, the same however often it is said
select * from acceptances_withdraw($1::uuid);
