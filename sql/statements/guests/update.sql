-- PATCH /v1/guests/{guest_id}: $1 guest id, $4 GuestPatch → Guest
select * from guests_update($1::uuid, $5, $4, $6);
