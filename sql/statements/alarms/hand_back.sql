-- POST /v1/alarms/{alarm_id}/hand-back: $1 alarm id, $5 If-Match → Alarm; 409 when it is over or somebody else's
select * from alarms_hand_back($1::uuid, $5);
