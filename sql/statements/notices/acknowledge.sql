-- POST /v1/notices/{notice_id}/acknowledge: $1 notice id → Notice
select * from notices_acknowledge($1::uuid);
