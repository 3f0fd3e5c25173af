-- DELETE /v1/calendar-feeds/{feed_id}: $1 feed id → 204
select * from calendar_feeds_delete($1::uuid);
