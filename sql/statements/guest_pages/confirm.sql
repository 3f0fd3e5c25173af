-- POST /v1/guest-pages/{page_id}/{secret_id}/confirm: $1, $2 the two halves of a secret address, $4 GuestPageAnswer → GuestOwnPage
select * from guest_pages_confirm($1::uuid, $2::uuid, $4);
