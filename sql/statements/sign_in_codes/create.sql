-- POST /v1/participants/{participant_id}/sign-in-codes: $1 participant id → 201 SignInCode with its code
select * from sign_in_codes_create($1::uuid);
