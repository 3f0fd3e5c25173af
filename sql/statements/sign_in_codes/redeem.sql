-- POST /v1/sign-in-codes/redeem: $4 SignInCodeUse → 204, whatever came of it
select * from sign_in_codes_redeem($4);
