-- POST /v1/guests: $4 GuestNew → 201 Guest
select * from guests_create($4, $6);
