-- POST /v1/own-cases/{own_case_id}/confirm: $1 exclusion id → OwnCase
select * from own_cases_confirm($1::uuid);
