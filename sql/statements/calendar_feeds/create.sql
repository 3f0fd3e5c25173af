-- POST /v1/participants/{participant_id}/calendar-feeds: $1 own participant id, $4 CalendarFeedNew → 201 CalendarFeed with its path
select * from calendar_feeds_create($1::uuid, $4);
