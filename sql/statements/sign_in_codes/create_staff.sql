-- POST /v1/staff/{staff_id}/sign-in-codes: $1 account id → 201 SignInCode with its code
select * from sign_in_codes_create_staff($1::uuid);
