-- SPDX-License-Identifier: MIT
-- A peer's own days: home page, join links, private calendars.
begin;
\ir 00_helpers.sql
\ir journey.psql
\ir placement.psql
select plan(50);

select account('coordinator', 'c0000000-0000-4000-8000-000000000001') \g /dev/null
\set boss '''c0000000-0000-4000-8000-000000000001'''
select clock('2026-11-23 15:00:00Z') \g /dev/null
create or replace function tests.home(in_person uuid) returns jsonb language sql as $$
    select tests.answer(format('select body from homes_json where participant_id = %L', in_person))->'body'
$$;

-- Closed: the first session at 18:30 Toronto on a day after the clocks of Toronto changed, in December.
select "group"('closed', 2, '2026-12-01 18:30-05') as gid \gset
select "group"('drop_in', 2, '2026-11-20 12:00-05', 'in_progress') as gid2 \gset
insert into sealed_keys (id, owner_type, owner_id, wrapped)
select md5('key ' || s.id)::uuid, 'session', s.id, 'k1~d3JhcHBlZA' from sessions s where s.cohort_id in (:'gid', :'gid2');
update sessions s set join_link = md5('key ' || s.id)::uuid || '.link', material_en = 'Read', material_fr = 'Lire', topic_en = 'Self-care', topic_fr = 'Soin de soi'
where s.cohort_id in (:'gid', :'gid2');
select ready() as pid \gset
select ready() as other \gset
update participants set timezone = 'America/St_Johns' where id = :'pid';
select enter('coordinator', :boss) \g /dev/null
select placed(:'gid', :'pid') as eid \gset
select placed(:'gid2', :'pid') as eid2 \gset
select placed(:'gid', :'other') as oid \gset
select peer(:'pid') \g /dev/null
select is(jsonb_array_length(home(:'pid')->'offers'), 2, 'the peer finds what is offered');
select is(home(:'pid')#>'{offers,0,offer_expires_local}', '{"local": "2026-11-26T11:30", "timezone": "America/St_Johns", "utc_offset": "-03:30"}', 'R8 with its end, on their own clock');
select is(home(:'pid')->'next_sessions', '[]', 'before they accept there is no session of theirs');
select is(home(:'pid')->'groups', '[]', 'and no group');
select is(home(:'pid')#>'{offers,0,group,sessions,0,topic}', '{"en": "Self-care", "fr": "Soin de soi"}', 'S2.43 they see what it will be about');
select is(home(:'pid')#>'{offers,0,group,sessions,0,material}', 'null', 'the material comes with the seat');
select answer(format('select * from enrolments_accept(%L, null)', e)) from unnest(array[:'eid', :'eid2']::uuid[]) e \g /dev/null
select is(jsonb_array_length(home(:'pid')->'groups'), 2, 'then it is a group of theirs');
select is(home(:'pid')#>>'{next_sessions,0,session,starts_at}', '2026-11-27T17:00:00Z', 'the next session comes first');
select is(home(:'pid')#>'{next_sessions,1,session,yours}', '{"local": "2026-12-01T20:00", "timezone": "America/St_Johns", "utc_offset": "-03:30"}', 'R8 on their own clock, the zone named');
select is(home(:'pid')#>>'{next_sessions,1,session,local_start}' || ' ' || (home(:'pid')#>>'{next_sessions,1,session,utc_offset}'), '2026-12-01T18:30 -05:00', 'R8 and on the group''s');
select is(home(:'pid')#>>'{next_sessions,0,session,material,en}', 'Read', 'with what to prepare');
select cmp_ok(jsonb_array_length(home(:'pid')->'prepare'), '>', 2, 'S2.13 in general as well');
select is(home(:'pid')->'help', help_json()::jsonb, 'R20 the numbers are always there');
select is((select count(*) from jsonb_path_query(home(:'pid'), '$.**.capacity')) + (select count(*) from jsonb_path_query(home(:'pid'), '$.**.seats_taken')), 0::bigint, 'A6.8 nothing is counted');
select unalike(home(:'pid')::text, '%' || :'other' || '%', 'A6.8 and nobody else is there');
select unalike(home(:'pid')::text, '%' || (select alias from participants where id = :'other') || '%', 'A6.8 nor their name');

-- The join link: a confirmed seat, from 24 hours before until the end.
create or replace function tests.link(in_person uuid, in_at timestamptz) returns text language plpgsql as $$
begin
    perform tests.clock(in_at);
    return coalesce((select n->>'join_link' is not null from jsonb_array_elements(tests.home(in_person)->'next_sessions') n
        where n#>>'{session,starts_at}' = '2026-12-01T23:30:00Z')::text, 'gone');
end $$;
select is(link(:'pid', '2026-11-30 23:29:59Z'), 'false', 'A6.8 no link more than 24 hours before');
select is(link(:'pid', '2026-11-30 23:30:00Z'), 'true', 'A6.8 24 hours before it is there');
select is(link(:'pid', '2026-12-02 00:59:59Z'), 'true', 'until the end');
select is(link(:'pid', '2026-12-02 01:00:00Z'), 'gone', 'and not after');
select matches((select link from (select clock('2026-12-01 12:00Z')) c, lateral (select n->>'join_link' as link from jsonb_array_elements(home(:'pid')->'next_sessions') n
    where n#>>'{session,starts_at}' = '2026-12-01T23:30:00Z') l), e'^\x01session\\.join_link\\.', 'it is sealed until the last moment');
select peer(:'other') \g /dev/null
select is(link(:'other', '2026-12-01 12:00:00Z'), 'gone', 'an offer is no seat');
select is(home(:'pid'), null, 'A6.8 another''s page does not exist');
select peer(:'pid') \g /dev/null
update sessions set state = 'cancelled' where cohort_id = :'gid' and seq = 1;
select is(link(:'pid', '2026-12-01 12:00:00Z'), 'false', 'what is cancelled has no link');
update sessions set state = 'scheduled' where cohort_id = :'gid' and seq = 1;

-- Private calendars.
select clock('2026-11-23 15:00:00Z') \g /dev/null
create temp table feed as select answer(format('select * from calendar_feeds_create(%L, ''{"language": "fr"}'')', :'pid')) as r;
select is(r->>'status', '201', 'a peer opens a calendar') from feed;
select r#>>'{body,id}' as fid, split_part(r#>>'{body,path}', '/', 4) as half, split_part(r#>>'{body,path}', '/', 5) as secret from feed \gset
select matches(r#>>'{body,path}', '^/v1/calendar/[0-9a-f-]{36}/[0-9a-f-]{36}$', 'and is told its address') from feed;
select is(answer(format('select body from calendar_feeds_json where id = %L', :'fid'))#>'{body,path}', 'null', 'once');
select is((select secret_sha256 from calendar_feeds where id = :'fid'), sha256(convert_to(:'half' || :'secret', 'UTF8')), 'only its digest is kept');
select set_config('app.idempotency_key', 'k', true) \g /dev/null
insert into idempotency_keys (account_id, operation, key, fingerprint, created_at) values (actor_account_id(), 'tests_run', 'k', 'f', app_now());
select answer(format('select * from calendar_feeds_create(%L, ''{"language": "en"}'')', :'pid')) \g /dev/null
select is((select body->>'path' from idempotency_keys where key = 'k'), null, 'also where answers are kept');
select set_config('app.idempotency_key', '', true) \g /dev/null
create or replace function tests.calendar(in_half uuid, in_secret uuid) returns text language plpgsql as $$
begin
    perform tests.enter('public');
    return (select string_agg(r->>'ics', '') from (select tests.answer(format('select calendars_read(%L, %L) as ics', in_half, in_secret)) as r) a);
end $$;
create temp table ics as select calendar(:'half', :'secret') as t;
select is((select count(*) from ics, regexp_split_to_table(t, e'\r\n') l where l = 'BEGIN:VEVENT'), 6::bigint, 'every session of theirs is in it');
select is((select string_agg(distinct split_part(split_part(l, ':', 1), ';', 1), ' ' order by split_part(split_part(l, ':', 1), ';', 1)) from ics, regexp_split_to_table(t, e'\r\n') l where l <> ''),
    'BEGIN CALSCALE CLASS DTEND DTSTAMP DTSTART END LAST-MODIFIED METHOD NAME PRODID REFRESH-INTERVAL SEQUENCE STATUS SUMMARY TRANSP UID VERSION X-PUBLISHED-TTL X-WR-CALNAME',
    'R3 nothing but times: no place, no link, no description');
select is((select string_agg(distinct l, '|') from ics, regexp_split_to_table(t, e'\r\n') l where l like 'SUMMARY%'), 'SUMMARY;LANGUAGE=fr:Rencontre', 'R3 a word that could be anything, in its language');
select is((select count(*) from ics, regexp_split_to_table(t, e'\r\n') l where l in ('DTSTART:20261201T233000Z', 'DTEND:20261202T010000Z')), 2::bigint, 'R8 in UTC');
select is((select count(*) from ics where t ~ e'[^\r]\n' or t ~ e'\r[^\n]'), 0::bigint, 'RFC 5545 lines end in CRLF');
select is((select max(octet_length(l)) <= 75 from ics, regexp_split_to_table(t, e'\r\n') l), true, 'RFC 5545 and are not too long');
select is(calendar_line(repeat('é', 60)), repeat('é', 37) || e'\r\n ' || repeat('é', 23) || e'\r\n', 'RFC 5545 long ones are folded between characters');
select is(calendar_text(e'a,b;c\\d\r\ne'), 'a\,b\;c\\d\ne', 'RFC 5545 text is escaped');
update sessions set state = 'cancelled', calendar_sequence = 1 where cohort_id = :'gid' and seq = 2;
select is((select count(*) from regexp_matches(calendar(:'half', :'secret'), e'SEQUENCE:1\r\n[^B]*STATUS:CANCELLED', 'g')), 1::bigint, 'what is cancelled is shown as cancelled');
select is((select count(distinct u) from (select calendar_event(s, p, 'en', false) as e from sessions s, unnest(array[:'pid', :'other']::uuid[]) p where s.cohort_id = :'gid') x,
    lateral (select substring(e from 'UID:([^\r]*)') as u) y), 6::bigint, 'R2 the calendars of two people have nothing in common');
select peer(:'pid') \g /dev/null
select answer(format('select * from enrolments_withdraw(%L)', :'eid')) \g /dev/null
select is((select count(*) from regexp_matches(calendar(:'half', :'secret'), 'BEGIN:VEVENT', 'g')), 3::bigint, 'I8 with the seat its dates are gone');
update enrolments set state = 'removed', removal_reason = 'group_cancelled' where id = :'eid2';
select is((select count(*) from regexp_matches(calendar(:'half', :'secret'), 'STATUS:CANCELLED', 'g')), 3::bigint, 'a cancelled group is shown as cancelled');
select is(calendar(:'secret', :'half'), null, 'another address is none');
select peer(:'other') \g /dev/null
select is(refusal(format('select * from calendar_feeds_delete(%L)', :'fid')), 'not-found', 'a calendar is its peer''s');
select is(refusal(format('select * from calendar_feeds_create(%L, ''{"language": "fr"}'')', :'pid')), 'not-found', 'and nobody opens one for somebody else');
select enter('coordinator', :boss) \g /dev/null
select is(answer('select count(*) from calendar_feeds_json')->>'count', '0', 'a coordinator sees none');
select peer(:'pid') \g /dev/null
select is(answer(format('select * from calendar_feeds_delete(%L)', :'fid'))->>'status', '204', 'the peer ends it');
select is(calendar(:'half', :'secret'), null, 'at once');
select peer(:'other') \g /dev/null
select answer(format('select * from calendar_feeds_create(%L, ''{"language": "en"}'')', :'other'))#>>'{body,path}' as path \gset
select matches(calendar(split_part(:'path', '/', 4)::uuid, split_part(:'path', '/', 5)::uuid), e'X-PUBLISHED-TTL:PT1H\r\nBEGIN:VTIMEZONE\r\n.*END:VTIMEZONE\r\nEND:VCALENDAR\r\n$', 'RFC 5545 an empty calendar still has a component');
select peer(:'other') \g /dev/null
select answer(format('select * from calendar_feeds_create(%L, ''{"language": "en"}'')', :'other')) from generate_series(1, 9) \g /dev/null
select is(refusal_detail(format('select * from calendar_feeds_create(%L, ''{"language": "en"}'')', :'other')), '{"reason": "too-many"}', 'ten are enough');
select enter('nobody') \g /dev/null
update participants set status = 'erased' where id = :'other';
select is(calendar(split_part(:'path', '/', 4)::uuid, split_part(:'path', '/', 5)::uuid), null, 'who was erased has no calendar');
select * from finish();
rollback;
