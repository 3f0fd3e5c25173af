-- PUT /v1/sessions/{session_id}/topic: $1 session id, $4 SessionTopics → SessionTopicsChosen
select * from session_topics_replace($1::uuid, $4);
