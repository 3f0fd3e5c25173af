-- POST /v1/guest-pages/{page_id}/{secret_id}/sign: $1, $2 the two halves of a secret address, $4 GuestPageSigning → GuestOwnPage
select * from guest_pages_sign($1::uuid, $2::uuid, $4);
