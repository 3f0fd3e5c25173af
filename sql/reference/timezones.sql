-- SPDX-License-Identifier: MIT
-- IANA names only: no abbreviations (EST), no POSIX strings.
insert into timezones (name)
select z.name from pg_timezone_names z
where z.name like '%/%' and z.name not like 'posix/%' and z.name not like 'right/%'
on conflict do nothing;
