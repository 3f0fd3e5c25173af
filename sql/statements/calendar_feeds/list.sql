-- GET /v1/participants/{participant_id}/calendar-feeds: $1 own participant id, $3 after {at desc, id desc}, limit → [CalendarFeed],
-- newest first
-- audit: calendar_feed
with subject as (select $1::uuid as participant_id where $1::uuid = actor_participant_id())
select f.created_at as at, f.id, f.body
from calendar_feeds_json f
where f.participant_id = $1::uuid
    and (f.created_at, f.id) < (($3#>>'{after,at}')::timestamptz, ($3#>>'{after,id}')::uuid)
order by f.created_at desc, f.id desc;
