-- POST /v1/referrals: $4 ReferralNew → 201 Referral
select * from referrals_create($4, $6);
