-- POST /v1/referrals/{referral_id}/take: $1 referral id → Referral; 409 when it is somebody else's, or closed
select * from referrals_take($1::uuid, $5);
