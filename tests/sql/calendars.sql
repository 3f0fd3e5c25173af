-- SPDX-License-Identifier: MIT
-- The lines of a calendar (RFC 5545), and that it tells nothing of anybody (R2, R3).
begin;
\ir helpers.psql
\ir world.psql
select plan(12);

select is(calendar_line(repeat('é', 60)), repeat('é', 37) || e'\r\n ' || repeat('é', 23) || e'\r\n',
    'long lines are folded between characters');
select is(calendar_text(e'a,b;c\\d\r\ne'), 'a\,b\;c\\d\ne', 'text is escaped');

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
select clock('2026-11-23 15:00:00Z') \g /dev/null
select person() as pid, person() as other, cohort('closed', '2026-12-01 18:30') as g \gset
select session(:'g', 2, '2026-12-08 18:30') \g /dev/null
select seat(:'pid', :'g'), seat(:'other', :'g') \g /dev/null
\set half '11111111-1111-4111-8111-111111111111'
\set secret '22222222-2222-4222-8222-222222222222'
insert into calendar_feeds (participant_id, language, secret_sha256, created_at)
values (:'pid', 'fr', secret_digest(:'half', :'secret'), app_now());
create function tests.calendar(in_half uuid, in_secret uuid) returns text language plpgsql as $$
begin
    perform tests.enter('public');
    return tests.answer(format('select calendars_read(%L, %L) as ics', in_half, in_secret))->>'ics';
end
$$;
create temp table lines as
select l from (select calendar(:'half', :'secret') as t) c, regexp_split_to_table(t, e'\r\n') l where l <> '';
select is((select count(*) from lines where l = 'BEGIN:VEVENT'), 2::bigint, 'every session of theirs is in it');
select is((
    select string_agg(distinct split_part(split_part(l, ':', 1), ';', 1), ' ' order by split_part(split_part(l, ':', 1), ';', 1))
    from lines),
    'BEGIN CALSCALE CLASS DTEND DTSTAMP DTSTART END LAST-MODIFIED METHOD NAME PRODID REFRESH-INTERVAL SEQUENCE STATUS SUMMARY TRANSP UID '
    'VERSION X-PUBLISHED-TTL X-WR-CALNAME', 'R3 nothing but times: no place, no link, no description');
select is((select string_agg(distinct l, '|') from lines where l like 'SUMMARY%'), 'SUMMARY;LANGUAGE=fr:Rencontre',
    'R3 a word that could be anything, in its language');
select is((select count(*) from lines where l in ('DTSTART:20261201T233000Z', 'DTEND:20261202T010000Z')), 2::bigint, 'R8 in UTC');
select is((select max(octet_length(l)) <= 75 from lines), true, 'no line is too long');
select is((select count(*) from lines where l ~ e'[\r\n]'), 0::bigint, 'lines end in CRLF, and nowhere else');
select is((
    select count(distinct substring(e from 'UID:([^\r]*)')) from (
        select calendar_event(s, calendar_uid(p::text, s.id), 'Meeting', 'en', false, 'PRIVATE') as e
        from sessions s, unnest(array[:'pid', :'other']::uuid[]) p where s.cohort_id = :'g') x),
    4::bigint, 'R2 the calendars of two people have nothing in common');
select is(calendar(:'secret', :'half'), null, 'another address is none');
update enrolments set state = 'withdrawn', left_at = app_now() where participant_id = :'pid';
select matches(calendar(:'half', :'secret'), e'X-PUBLISHED-TTL:PT1H\r\nBEGIN:VTIMEZONE\r\n.*END:VTIMEZONE\r\nEND:VCALENDAR\r\n$',
    'an empty calendar still has a component');
update participants set status = 'erased' where id = :'pid';
select is(calendar(:'half', :'secret'), null, 'who was erased has no calendar');
select * from finish();
rollback;
