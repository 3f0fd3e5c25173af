-- POST /v1/own-cases/{own_case_id}/refuse: $1 exclusion id → OwnCase
select * from own_cases_refuse($1::uuid);
