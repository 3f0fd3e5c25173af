-- POST /v1/exclusion-requests/{request_id}/close: $1 request id → ExclusionRequest
select * from exclusion_requests_close($1::uuid, $5);
