-- SPDX-License-Identifier: MIT
-- Business days and the reply clock (A5.1), and the holidays they rest on.
begin;
\ir helpers.psql
select plan(38);

-- Local time of Toronto in, local times of Toronto out: the ends of the first and of the second business day.
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
select is(v.found, v.wanted, v.title) from (values
    (utc(business_day_end('2026-03-06 21:00Z', 1)), '2026-03-09T21:00:00Z', 'T6: 17:00 of Toronto is 21:00Z once summer time began'),
    (utc(business_day_end('2026-10-30 20:00Z', 1)), '2026-11-02T22:00:00Z', 'T6: and 22:00Z once it ended'),
    (utc(business_day_end('2025-07-10 20:59:59Z', 0)), '2025-07-10T21:00:00Z', 'T6: 17:00 in July is 21:00Z'),
    (utc(business_days_after('2026-09-25 22:00Z', 10)), '2026-10-13T21:00:00Z',
        'I12: ten business days after a Friday, 30 September and Thanksgiving left out'),
    (utc(business_days_after('2026-09-26 12:00Z', 1)), '2026-09-28T21:00:00Z', 'the first business day after a Saturday is Monday'),
    ((select count(*) from business_days('2026-09-26', '2026-10-09'))::text, '9', 'I12: business days of a fortnight, both ends counted'),
    ((select count(*) from business_days('2026-09-26', '2026-09-25'))::text, '0', 'none in no time'),
    ((select count(*) from business_days('2026-10-10', '2026-09-25'))::text, '0', 'nor backwards'),
    (is_business_day('2026-09-30')::text, 'false', 'T9: 30 September is no business day'),
    (is_business_day('2026-10-03')::text, 'false', 'nor is Saturday')) v (found, wanted, title);
set local timezone = 'Pacific/Auckland';
select is(utc(business_day_end('2026-09-25 20:00Z', 2)), '2026-09-29T21:00:00Z', 'the zone of the session changes nothing');
set local timezone = 'UTC';

select is((
    select string_agg(to_char(date, 'MM-DD'), ' ' order by date) from holidays
    where date_part('year', date) = v.year and region is null), v.days, 'A5.1: holidays observed in ' || v.year)
from (values
    (2026, '01-01 04-03 04-06 05-18 07-01 08-03 09-07 09-30 10-12 11-11 12-25 12-28'),
    (2027, '01-01 03-26 03-29 05-17 07-01 08-02 09-06 09-30 10-11 11-11 12-27 12-28'),
    (2028, '01-03 04-14 04-17 05-22 07-03 08-07 09-04 10-02 10-09 11-13 12-25 12-26')) v (year, days);
select is((select count(*) from holidays where date_part('year', date) = 2025), 12::bigint, 'and all of 2025');
insert into holidays (date, region, name_en, name_fr) values ('2026-06-24', 'QC', 'x', 'y');
select is(is_business_day('2026-06-24'), true, 'a day of one province does not stop the clock of the office');
update holidays set region = null where date = '2026-06-24';
select is(is_business_day('2026-06-24'), false, 'one of the whole country does');

-- There is a holiday of all Canada on 1 July.
select enter('administrator', gen_random_uuid()) \g /dev/null
select is(refusal(format('insert into holidays (date, region, name_en, name_fr) values (%L, %L, ''x'', %L) returning 1',
    c.date, c.region, c.name)), c.refused, c.title)
from (values
    ('another day', '2026-07-02', null, 'y', null),
    ('the same day in one province', '2026-07-01', 'QC', 'y', null),
    ('the same day again', '2026-07-01', null, 'y', '23505 holidays__date__taken'),
    ('I6: a name without words', '2026-07-02', null, ' ', '23514 holidays__name__both')) c (title, date, region, name, refused);
select * from finish();
rollback;
