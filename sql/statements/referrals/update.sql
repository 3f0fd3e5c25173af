-- PATCH /v1/referrals/{referral_id}: $1 referral id, $4 ReferralPatch → Referral; 409 when it is closed
select * from referrals_update($1::uuid, $5, $4);
