-- POST /v1/guests/{guest_id}/send-page: $1 guest id → Guest
select * from guests_send_page($1::uuid);
