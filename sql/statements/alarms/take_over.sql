-- POST /v1/alarms/{alarm_id}/take-over: $1 alarm id, $5 If-Match → Alarm; 409 when it is over
select * from alarms_take_over($1::uuid, $5);
