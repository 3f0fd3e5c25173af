-- SPDX-License-Identifier: MIT
-- Business days and the reply clock (A5.1), and the holidays they rest on.
begin;
\ir 00_helpers.sql
\set list `python3 sql/page.py sql/statements/holidays/list.sql`
prepare holidays_list (text, text, jsonb, jsonb, int[], jsonb) as :list
select plan(56);

-- Local time of Toronto in, local times of Toronto out.
create function tests.due(in_received timestamp, out one timestamp, out two timestamp) language sql as $$
    select business_day_end(in_received at time zone 'America/Toronto', 1) at time zone 'America/Toronto',
        business_day_end(in_received at time zone 'America/Toronto', 2) at time zone 'America/Toronto'
$$;
select is(due(v.received::timestamp)::text, row(v.one::timestamp, v.two::timestamp)::text, 'A5.1, S1.27: ' || v.title)
from (values
    ('2026-09-25 16:00', '2026-09-28 17:00', '2026-09-29 17:00', 'Friday afternoon'),
    ('2026-09-25 18:00', '2026-09-29 17:00', '2026-10-01 17:00', 'Friday after the cut-off, 30 September is a holiday'),
    ('2026-09-29 10:00', '2026-10-01 17:00', '2026-10-02 17:00', 'the day before 30 September'),
    ('2026-04-02 10:00', '2026-04-07 17:00', '2026-04-08 17:00', 'Good Friday and Easter Monday'),
    ('2026-11-10 09:00', '2026-11-12 17:00', '2026-11-13 17:00', 'Remembrance Day'),
    ('2026-12-24 10:00', '2026-12-29 17:00', '2026-12-30 17:00', 'Christmas, Boxing Day observed on Monday'),
    ('2027-12-24 10:00', '2027-12-29 17:00', '2027-12-30 17:00', 'Christmas 2027, both observed later'),
    ('2026-09-25 17:00', '2026-09-28 17:00', '2026-09-29 17:00', 'exactly at the cut-off is still that day'),
    ('2026-09-25 17:00:00.000001', '2026-09-29 17:00', '2026-10-01 17:00', 'just after the cut-off is the next one'),
    ('2026-09-26 03:00', '2026-09-29 17:00', '2026-10-01 17:00', 'Saturday counts as Monday'),
    ('2026-09-27 23:59', '2026-09-29 17:00', '2026-10-01 17:00', 'Sunday counts as Monday'),
    ('2026-09-30 09:00', '2026-10-02 17:00', '2026-10-05 17:00', 'on a holiday counts as the next business day'),
    ('2026-09-28 00:00', '2026-09-29 17:00', '2026-10-01 17:00', 'midnight belongs to the day it begins'),
    ('2026-03-06 16:00', '2026-03-09 17:00', '2026-03-10 17:00', 'over the night when summer time begins'),
    ('2026-03-08 03:30', '2026-03-10 17:00', '2026-03-11 17:00', 'on the day summer time begins'),
    ('2026-10-30 16:00', '2026-11-02 17:00', '2026-11-03 17:00', 'over the night when summer time ends'),
    ('2026-12-31 18:00', '2027-01-05 17:00', '2027-01-06 17:00', 'New Year')) v (received, one, two, title);
select is(utc(business_day_end('2026-03-06 21:00Z', 1)), '2026-03-09T21:00:00Z', 'T6: 17:00 of Toronto is 21:00Z once summer time began');
select is(utc(business_day_end('2026-10-30 20:00Z', 1)), '2026-11-02T22:00:00Z', 'T6: and 22:00Z once it ended');
select is(utc(business_day_end('2025-07-10 20:59:59Z', 0)), '2025-07-10T21:00:00Z', 'T6: 17:00 in July is 21:00Z');
set local timezone = 'Pacific/Auckland';
select is(utc(business_day_end('2026-09-25 20:00Z', 2)), '2026-09-29T21:00:00Z', 'the zone of the session changes nothing');
set local timezone = 'UTC';
select is(utc(business_days_after('2026-09-25 22:00Z', 10)), '2026-10-13T21:00:00Z', 'I12: ten business days after a Friday, 30 September and Thanksgiving left out');
select is(utc(business_days_after('2026-09-26 12:00Z', 1)), '2026-09-28T21:00:00Z', 'the first business day after a Saturday is Monday');
select is(business_days_between('2026-09-25', '2026-10-09'), 9, 'I12: business days in between, without the first day');
select is(business_days_between('2026-09-25', '2026-09-25'), 0, 'none in no time');
select is(business_days_between('2026-10-09', '2026-09-25'), 0, 'nor backwards');
select is(is_business_day('2026-09-30'), false, 'T9: 30 September is no business day');
select is(is_business_day('2026-10-03'), false, 'nor is Saturday');
select is((select string_agg(to_char(date, 'MM-DD'), ' ' order by date) from holidays where date_part('year', date) = v.year and region is null),
    v.days, 'A5.1: holidays observed in ' || v.year)
from (values
    (2026, '01-01 04-03 04-06 05-18 07-01 08-03 09-07 09-30 10-12 11-11 12-25 12-28'),
    (2027, '01-01 03-26 03-29 05-17 07-01 08-02 09-06 09-30 10-11 11-11 12-27 12-28'),
    (2028, '01-03 04-14 04-17 05-22 07-03 08-07 09-04 10-02 10-09 11-13 12-25 12-26')) v (year, days);
select is((select count(*) from holidays where date_part('year', date) = 2025), 12::bigint, 'and all of 2025');

-- The administrator keeps them.
select account('administrator', 'a0000000-0000-4000-8000-000000000006');
select enter('administrator', 'a0000000-0000-4000-8000-000000000006');
select answer($$select * from holidays_create('{"date": "2026-06-24", "region": "QC", "name": {"en": "Saint-Jean-Baptiste Day", "fr": "Fête nationale"}}')$$) as made \gset
select is((:'made'::jsonb)->>'status', '201', 'a holiday of one region is added');
select is((:'made'::jsonb)->>'location', '/v1/holidays/' || ((:'made'::jsonb)#>>'{body,id}'), 'its place is told');
select is((:'made'::jsonb)#>'{body,name}', '{"en": "Saint-Jean-Baptiste Day", "fr": "Fête nationale"}'::jsonb, 'I6: in both languages');
select is(is_business_day('2026-06-24'), true, 'it does not stop the clock of the office');
select is(refusal($$select * from holidays_create('{"date": "2026-06-24", "region": "QC", "name": {"en": "x", "fr": "y"}}')$$),
    '23505 holidays__date__taken', 'a date is taken once in a region');
select is(refusal($$select * from holidays_create('{"date": "2026-07-01", "name": {"en": "x", "fr": "y"}}')$$),
    '23505 holidays__date__taken', 'and once in the whole country');
select is(refusal($$select * from holidays_create('{"date": "2026-07-02", "name": {"en": "x", "fr": " "}}')$$), '23514 holidays__name__both', 'I6: both names have words');
select is(refusal($$select * from holidays_create('{"date": "2026-07-02", "region": "XX", "name": {"en": "x", "fr": "y"}}')$$),
    '23514 region__region__known', 'a region is one of the country''s');
select (:'made'::jsonb)#>>'{body,id}' as id \gset
select is(refusal(format('select * from holidays_update(%L, %L, %L)', :'id', '{2}', '{"date": "2026-06-25"}')), 'precondition-failed', 'a change needs the version');
select is(answer(format('select * from holidays_update(%L, %L, %L)', :'id', '{1}', '{"name": {"fr": "Saint-Jean"}}'))#>'{body,name}',
    '{"en": "Saint-Jean-Baptiste Day", "fr": "Saint-Jean"}'::jsonb, 'a change of one language leaves the other');
select is(answer(format('select * from holidays_update(%L, null, %L)', :'id', '{"region": null}'))#>>'{body,region}', null, 'null removes the region');
select is(is_business_day('2026-06-24'), false, 'and then it stops the clock');
select is(refusal(format('select * from holidays_delete(%L, %L)', :'id', '{1}')), 'precondition-failed', 'removing needs the version');
select is(answer(format('select * from holidays_delete(%L, %L)', :'id', '{3}'))->>'status', '204', 'it is removed');
select is(refusal(format('select * from holidays_delete(%L, null)', :'id')), 'not-found', 'once');
select is(refusal(format('select * from holidays_update(%L, null, %L)', :'id', '{"region": null}')), 'not-found', 'and cannot be changed any more');
select is((select array_agg(action order by id) from audit_events where object_type = 'holiday' and object_id = :'id'), '{create,update,update,delete}',
    'every change is in the audit');
select enter('coordinator', gen_random_uuid());
select is(refusal($$select * from holidays_create('{"date": "2026-07-02", "name": {"en": "x", "fr": "y"}}')$$), '42501', 'only the administrator adds');

-- The public reads.
select enter('public');
create function tests.pages(in_query jsonb, out dates text, out pages int) language plpgsql as $$
declare
    answer jsonb;
begin
    pages := 0;
    loop
        answer := tests.answer(format('execute holidays_list(null, null, %L, null, null, null)', in_query));
        dates := concat_ws(' ', dates, (select string_agg(d->>'date', ' ') from jsonb_array_elements(answer->'body') d));
        pages := pages + 1;
        exit when answer->>'next' is null;
        in_query := in_query || jsonb_build_object('after', (answer->>'next')::jsonb);
    end loop;
end
$$;
select is((select dates from pages('{"limit": 5, "year": 2026}')),
    '2026-01-01 2026-04-03 2026-04-06 2026-05-18 2026-07-01 2026-08-03 2026-09-07 2026-09-30 2026-10-12 2026-11-11 2026-12-25 2026-12-28',
    'pages of a year follow each other without gap or repetition');
select is((select pages from pages('{"limit": 5, "year": 2026}')), 3, 'in as many pages as are needed');
select is((select pages from pages('{"limit": 6, "year": 2026}')), 2, 'no empty page at the end');
select is((select dates from pages('{"limit": 5, "year": 1999}')), '', 'a year without holidays is an empty page');
select is(verbs('holidays', $$insert into holidays (date, name_en, name_fr) values ('2030-01-02', 'a', 'b')$$), 'S', 'holidays: everybody reads');
select enter('administrator', 'a0000000-0000-4000-8000-000000000006');
select is(verbs('holidays', $$insert into holidays (date, name_en, name_fr) values ('2030-01-02', 'a', 'b')$$), 'SIUD', 'holidays: the administrator keeps them');
select * from finish();
rollback;
