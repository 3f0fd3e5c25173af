-- GET /v1/activity-calendar: $3 language → iCalendar of what is announced. Calendar programs ask every hour.
select 200 as status, public_activities_calendar(coalesce($3->>'language', 'en')) as body, 'text/calendar; charset=utf-8' as content_type;
