-- POST /v1/codes: $4 CodeNew → 201 CodeEntry; 409 when the list has it already
select * from codes_create($4);
