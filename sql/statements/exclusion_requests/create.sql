-- POST /v1/exclusion-requests: $4 ExclusionRequestNew, of the name only the digest → 202 ExclusionRequestReceived, whoever it meets
select * from exclusion_requests_create($4);
