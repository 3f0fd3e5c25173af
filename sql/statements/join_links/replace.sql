-- PUT /v1/sessions/{session_id}/join-link: $1 session id, $4 JoinLinkPut → JoinLinkReplaced
select * from join_links_replace($1::uuid, $4, $6);
