-- POST /v1/guests/{guest_id}/revoke-page: $1 guest id → Guest
select * from guests_revoke_page($1::uuid);
