-- POST /v1/line-referrals: $4 LineReferralNew → 201 LineReferral, or 200 with the one that has this reference
select * from line_referrals_create($4, $6);
