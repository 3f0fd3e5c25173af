-- POST /v1/referrals/{referral_id}/attempts: $1 referral id, $4 AttemptNew → 201 Referral; 409 when it is closed
select * from referrals_attempts_create($1::uuid, $4);
