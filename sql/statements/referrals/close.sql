-- POST /v1/referrals/{referral_id}/close: $1 referral id, $4 ReferralClose → Referral; 409 in the wrong state or after too few tries
select * from referrals_close($1::uuid, $5, $4);
