-- GET /v1/guest-pages/{page_id}/{secret_id}: $1, $2 the two halves of a secret address → GuestOwnPage; 404 alike for every other
select * from guest_pages_read($1::uuid, $2::uuid);
