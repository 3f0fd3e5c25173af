-- GET /v1/activity-calendar: $3 language → iCalendar of what is announced. Calendar programs ask every hour.
select
    200 as status, c.body, encode(sha256(convert_to(c.body, 'UTF8')), 'hex') as etag, 'text/calendar; charset=utf-8' as content_type
from (select activities_calendar(coalesce($3->>'language', 'en')) as body limit 1) c;
