-- GET /v1/calendar/{calendar_id}/{secret_id}: $1, $2 the two halves of a secret address → iCalendar; no row = 404. Calendar programs
-- ask every hour: no audit row.
select
    200 as status, c.body, encode(sha256(convert_to(c.body, 'UTF8')), 'hex') as etag, 'text/calendar; charset=utf-8' as content_type
from (select calendars_read($1::uuid, $2::uuid) as body limit 1) c
where c.body is not null;
